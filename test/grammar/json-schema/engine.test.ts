import { expect, test } from "bun:test";
import { join } from "node:path";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020";
import { compileSchema } from "../../../src/grammar/json-schema/check.ts";
import { modelPath, runtimeDir } from "../../helpers/environment.ts";
import { toStrictGrammar } from "../../helpers/strict-grammar.ts";
import { createMatcher } from "../matcher.ts";
import { textCases } from "../text-cases.ts";
import { realFormats } from "./formats.ts";
import { accepted } from "./schema-cases.ts";
import { shapes } from "./widened-cases.ts";

const TOKENS = 120;
/** Where no answer finishes with one seed, the next is tried: which ones do differs between processors. */
const SEEDS = [0, 1, 2];

interface Answer {
  name: string;
  text: string;
  finished: boolean;
}

async function sample(cases: { name: string; grammar: string }[], seed: number): Promise<Answer[]> {
  const program = [join(import.meta.dir, "sample.py"), modelPath(), String(TOKENS), String(seed)];
  const child = Bun.spawn([join(runtimeDir(), "bin", "python"), ...program], {
    stdio: [Buffer.from(JSON.stringify(cases)), "pipe", "pipe"],
  });
  const [answers, report, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, ""]);
  return answers
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function toValidator(schema: unknown): (text: string) => boolean {
  const isDraft7 = JSON.stringify(schema).includes("draft-07");
  const ajv = new (isDraft7 ? Ajv : Ajv2020)({ strict: false, formats: realFormats, multipleOfPrecision: 9 });
  const validate = ajv.compile(schema as object);
  return (text) => validate(JSON.parse(text)) === true;
}

/** Read by our own matcher, which the engine has to agree with. */
const widened = shapes.map(({ name, schema }) => {
  const { grammar } = compileSchema(schema, "schema", { strict: false });
  return { name: `widened: ${name}`, ...grammar };
});

const checks = new Map<string, (text: string) => boolean>([
  ...accepted.map(
    ([name, schema, same]) => [name, toValidator(same ?? schema)] as [string, (text: string) => boolean],
  ),
  ...widened.map(
    ({ name, grammar }) => [name, createMatcher(grammar)] as [string, (text: string) => boolean],
  ),
  ...textCases.map(([name, , fits]) => [name, fits] as [string, (text: string) => boolean]),
]);

test("every finished answer of the real model fits what it was held to, and nearly all finish", async () => {
  const grammars = [
    ...accepted.map(([name, schema]) => ({ name, ...toStrictGrammar(schema, "schema") })),
    ...widened,
    ...textCases.map(([name, grammar]) => ({ name, ...(grammar() as { grammar: string }) })),
  ];
  let left = grammars as { name: string; grammar: string }[];
  const finished: Answer[] = [];
  for (const seed of SEEDS) {
    const answers = await sample(left, seed);
    expect(answers.length).toBe(left.length);
    finished.push(...answers.filter((answer) => answer.finished));
    if (seed === SEEDS[0]) expect(finished.length / answers.length).toBeGreaterThan(0.85);
    left = left.filter(({ name }) => !finished.some((answer) => answer.name === name));
  }
  expect(finished.filter(({ name, text }) => !checks.get(name)?.(text))).toEqual([]);
  // So small a model finds no end of URIs, nor of many texts of the widened shapes.
  const silent = left.map(({ name }) => name).filter((name) => !/^widened: |^format (uri|iri)/.test(name));
  expect(silent.length, silent.join("\n")).toBeLessThan(8);
}, 540_000);
