import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readJsonFile } from "./hf-config.ts";

/** Where transformers looks for classes of the model's own (its documentation, "Custom models"). */
const mapping = [
  "config.json",
  "tokenizer_config.json",
  "processor_config.json",
  "preprocessor_config.json",
  "image_processor_config.json",
  "video_preprocessor_config.json",
];

const Mapped = Type.Object({ auto_map: Type.Optional(Type.Record(Type.String(), Type.Unknown())) });

/**
 * The Python files that come with a model, or that its files name: those beside it, those of `auto_map`, and, as
 * `owner/name: file.py`, those that would be fetched from another repository. `files`: the folder's top files.
 */
export function findOwnCode(path: string, files: readonly string[]): string[] {
  const named = mapping
    .filter((name) => files.includes(name))
    .flatMap((name) => Object.values(readJsonFile(join(path, name), Mapped)?.auto_map ?? {}))
    .flat()
    .filter((value) => typeof value === "string")
    .map(toFile);
  const beside = files.filter((name) => name.endsWith(".py"));
  return [...new Set([...beside, ...named])].sort();
}

/** `module.Class`, or `owner/name--module.Class` of another repository. */
function toFile(reference: string): string {
  const [first = "", second] = reference.split("--");
  const toModule = (text: string) => `${text.replace(/\.[^.]*$/, "").replaceAll(".", "/")}.py`;
  return second === undefined ? toModule(first) : `${first}: ${toModule(second)}`;
}
