import { open } from "node:fs/promises";
import { OvError } from "../errors.ts";

export interface GgufFacts {
  /** `<architecture>.context_length` of the metadata, in tokens. */
  contextLength: number | null;
  /** The file is at least so long: where its last tensor begins. */
  needsBytes: number;
}

/** Reads the head of a GGUF file; throws `model_path_invalid` when it is not one. */
export async function readGguf(path: string): Promise<GgufFacts> {
  const file = await open(path);
  const magic = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close());
  if (magic.buffer.toString("latin1") !== "GGUF") {
    throw new OvError(
      "model_path_invalid",
      `"${path}" is not a GGUF file: it does not begin with "GGUF". Fetch it again.`,
    );
  }
  try {
    // Large, and needed for .gguf files alone.
    const { gguf } = await import("@huggingface/gguf");
    const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true });
    const facts = new Map<string, unknown>(Object.entries(metadata));
    const contextLength = facts.get(`${facts.get("general.architecture")}.context_length`);
    const last = Math.max(0, ...tensorInfos.map(({ offset }) => Number(offset)));
    return {
      contextLength: typeof contextLength === "number" && contextLength > 0 ? contextLength : null,
      needsBytes: Number(tensorDataOffset) + last,
    };
  } catch (error) {
    throw new OvError(
      "model_path_invalid",
      `The GGUF file "${path}" cannot be read: its head is damaged or cut short. Fetch it again.`,
      { cause: error },
    );
  }
}
