import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { invalidPath, type ModelDescription } from "./description.ts";
import { readGguf } from "./gguf.ts";
import { toGgufLabel, toGgufRole } from "./gguf-files.ts";
import { findGgufProblem } from "./gguf-support.ts";
import { toGgufFormat } from "./ready-made.ts";
import { mainOperation } from "./tasks.ts";

/** A `.gguf` file of `size` bytes, with the other parts where it is split. Throws `model_path_invalid`. */
export async function describeGguf(path: string, size: number): Promise<ModelDescription> {
  if (!path.endsWith(".gguf")) {
    const next = "Name an OpenVINO model folder or a .gguf file.";
    throw invalidPath(path, { why: "it is a file, but not a .gguf one", next });
  }
  const name = basename(path);
  const role = toGgufRole(name);
  if (role.role === "projector") {
    const why = "it is the encoder of another model (mmproj), which has no text of its own";
    throw invalidPath(path, { why, next: "Name that model's file." });
  }
  if (role.role === "part") {
    const why = `it is part ${role.number} of a split model`;
    throw invalidPath(path, { why, next: `Name the first part, ${join(dirname(path), role.first)}.` });
  }
  const { contextLength, needsBytes, task, architecture, chatTemplate, ...content } = await readGguf(path);
  if (mainOperation(task) !== "generate") {
    const why = `it is a .gguf file of a model for ${JSON.stringify(task)}, and the engine reads only language models from such files`;
    throw invalidPath(path, { why, next: "Convert the original model with `ov-llm convert OWNER/MODEL`." });
  }
  refuseTruncated(path, size, needsBytes);
  const others = await readParts(dirname(path), role.parts.slice(1));
  const problem = findGgufProblem({
    architecture,
    experts: content.experts,
    tokenizer: content.tokenizer,
    types: new Set([...content.types, ...others.types]),
  });
  if (problem !== null) throw invalidPath(path, problem);
  return {
    form: "gguf",
    path,
    label: toGgufLabel(name),
    manifest: null,
    task,
    weightFormat: toGgufFormat(name),
    weightsBytes: size + others.bytes,
    architecture,
    chatTemplate,
    contextLength,
    defaults: {},
    embedding: null,
    labels: null,
  };
}

/** The later files of a split model. Throws `model_path_invalid` where one is missing or truncated. */
async function readParts(
  folder: string,
  names: readonly string[],
): Promise<{ bytes: number; types: Set<number> }> {
  const all = { bytes: 0, types: new Set<number>() };
  for (const name of names) {
    const path = join(folder, name);
    const size = (await stat(path).catch(() => null))?.size;
    if (size === undefined)
      throw invalidPath(path, { why: "this part of the model is missing", next: "Fetch it too." });
    const { needsBytes, types } = await readGguf(path);
    refuseTruncated(path, size, needsBytes);
    all.bytes += size;
    for (const type of types) all.types.add(type);
  }
  return all;
}

function refuseTruncated(path: string, size: number, needsBytes: number): void {
  if (size >= needsBytes) return;
  const why = `it is truncated at ${size} of at least ${needsBytes} bytes`;
  throw invalidPath(path, { why, next: "Fetch it again." });
}
