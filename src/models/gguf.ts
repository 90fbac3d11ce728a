import { open } from "node:fs/promises";
import { OvError } from "../errors.ts";

export interface GgufFacts {
  /** `<architecture>.context_length` of the metadata, in tokens. */
  contextLength: number | null;
  /** The file is at least so long: where its last tensor ends. */
  needsBytes: number;
}

/**
 * Weights lie in blocks: of how many values and bytes, by type number (ggml.h, type_traits of ggml.c). Types
 * that are not here count as nothing.
 */
const blockSizes: ReadonlyMap<number, [values: number, bytes: number]> = new Map([
  [0, [1, 4]],
  [1, [1, 2]],
  [2, [32, 18]],
  [3, [32, 20]],
  [6, [32, 22]],
  [7, [32, 24]],
  [8, [32, 34]],
  [10, [256, 84]],
  [11, [256, 110]],
  [12, [256, 144]],
  [13, [256, 176]],
  [14, [256, 210]],
  [30, [1, 2]],
]);

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
    const ends = tensorInfos.map(({ offset, shape, dtype }) => {
      const [values, bytes] = blockSizes.get(dtype) ?? [1, 0];
      return Number(offset) + (shape.reduce((all, side) => all * Number(side), 1) / values) * bytes;
    });
    const last = Math.max(0, ...ends);
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
