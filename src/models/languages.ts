import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readJsonFile } from "./hf-config.ts";

const Speech = Type.Object({ lang_to_id: Type.Optional(Type.Record(Type.String(), Type.Integer())) });

/** The codes of the languages that a model hears, by its generation_config.json; English, where it names none. */
export function readLanguages(path: string): string[] {
  const { lang_to_id = {} } = readJsonFile(join(path, "generation_config.json"), Speech) ?? {};
  const codes = Object.keys(lang_to_id).flatMap((tag) => /^<\|(\w+)\|>$/.exec(tag)?.[1] ?? []);
  return codes.length > 0 ? codes.sort() : ["en"];
}
