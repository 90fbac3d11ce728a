import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { convertEnv, scriptedModelPath } from "./environment.ts";

/** Special tokens of the small model's vocabulary that no test needs under their own names. */
const spare = [
  "<gh_stars>",
  "<issue_start>",
  "<issue_comment>",
  "<issue_closed>",
  "<file_sep>",
  "<repo_name>",
];

/** The ids of these entries of the scripted model's vocabulary, special tokens by their own names. */
export function toIds(entries: readonly string[]): number[] {
  const file = readFileSync(join(scriptedModelPath(), "tokenizer.json"), "utf8");
  const schema = Type.Object({ model: Type.Object({ vocab: Type.Record(Type.String(), Type.Integer()) }) });
  const { vocab } = Value.Parse(schema, JSON.parse(file)).model;
  return entries.map((entry) => {
    const id = vocab[entry];
    if (id === undefined) throw new Error(`The vocabulary has no ${JSON.stringify(entry)}`);
    return id;
  });
}

/** The id of the token that gets the name at this place of a family's list. */
export const toSpareId = (place: number) => toIds(spare.slice(place, place + 1))[0] ?? 0;

/**
 * Copies of `model` whose vocabularies have these special tokens, by folder; their tokenizers put the begin-of-text token
 * before a text of its own.
 */
export async function createFimModels(
  model: string,
  tokens: Record<string, readonly string[]>,
): Promise<void> {
  const names = Object.entries(tokens).map(([folder, own]) => [
    folder,
    Object.fromEntries(own.map((name, place) => [spare[place], name])),
  ]);
  const script = join(import.meta.dir, "make_fim_models.py");
  const python = join(convertEnv(), "bin/python");
  const child = Bun.spawn([python, script, model, JSON.stringify(Object.fromEntries(names))], {
    env: { PATH: process.env.PATH, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [printed, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`make_fim_models.py ended with ${code}:\n${printed}`);
}
