import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readTextFile } from "../files.ts";
import { readJsonFile } from "./hf-config.ts";

const named = Type.Array(Type.Object({ name: Type.String(), template: Type.String() }));
const Holder = Type.Object({ chat_template: Type.Union([Type.String(), named]) });

/**
 * The chat template of a Hugging Face or OpenVINO folder, where transformers looks for it: chat_template.jinja, else the key of the
 * same name in chat_template.json or tokenizer_config.json, which may be a list with one named `default`. null: none.
 */
export function readChatTemplate(path: string, files: ReadonlySet<string>): string | null {
  if (files.has("chat_template.jinja")) return readText(join(path, "chat_template.jinja"));
  for (const name of ["chat_template.json", "tokenizer_config.json"]) {
    const template = files.has(name) ? readJsonFile(join(path, name), Holder)?.chat_template : undefined;
    if (typeof template === "string") return template;
    const one = template?.find(({ name }) => name === "default") ?? template?.[0];
    if (one) return one.template;
  }
  return null;
}

function readText(path: string): string | null {
  try {
    return readTextFile(path);
  } catch {
    return null;
  }
}
