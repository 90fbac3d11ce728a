import { expect, test } from "bun:test";
import { join } from "node:path";
import { Ajv } from "ajv";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import type { CallRules, Tool, ToolFormat } from "../../../src/generate/tools/format.ts";
import { glm } from "../../../src/generate/tools/glm.ts";
import { hermes } from "../../../src/generate/tools/hermes.ts";
import { llamaPythonic } from "../../../src/generate/tools/llama-pythonic.ts";
import { llama3Json } from "../../../src/generate/tools/llama3-json.ts";
import { minicpm5 } from "../../../src/generate/tools/minicpm5.ts";
import { onyx } from "../../../src/generate/tools/onyx.ts";
import { qwen3Coder } from "../../../src/generate/tools/qwen3-coder.ts";
import { modelPath, runtimeDir } from "../../helpers/environment.ts";
import { hostModules } from "../../helpers/python-tests.ts";
import { toStrictGrammar } from "../../helpers/strict-grammar.ts";
import { parse } from "./parsing.ts";

// Lists, texts and numbers have ends here: a model of 135M parameters seldom finds one by itself.
const unit = { enum: ["celsius", "fahrenheit"] };
const tools: Tool[] = [
  object("get_weather", { days: { enum: [1, 2, 3] }, unit, exact: { type: "boolean" } }, ["unit", "exact"]),
  object("get_time", {}, []),
  object(
    "move",
    {
      to: { $ref: "#/$defs/point" },
      slow: { type: ["boolean", "null"] },
      unit: { anyOf: [unit, { type: "null" }] },
    },
    [],
  ),
  object("set-all", { on: { type: "array", items: { type: "boolean" }, minItems: 2, maxItems: 2 } }, ["on"]),
];

function object(name: string, properties: Record<string, unknown>, required: string[]): Tool {
  const size = { enum: [0, 1, -2.5] };
  const point = {
    type: "object",
    properties: { x: size, y: size },
    required: ["x", "y"],
    additionalProperties: false,
  };
  const $defs = { point };
  const parameters = { type: "object", properties, required, additionalProperties: false, $defs };
  return { name, parameters, grammar: toStrictGrammar(parameters, "tools") };
}

const ajv = new Ajv({ allowUnionTypes: true });
const validators = new Map(tools.map(({ name, parameters }) => [name, ajv.compile(parameters)]));

const formats = [hermes, qwen3Coder, llama3Json, llamaPythonic, glm, minicpm5, onyx];
const tokens = 160;

interface Run {
  format: ToolFormat;
  tools: Tool[];
  rules: CallRules;
}

/** Each tool alone, and all of them under each pair of rules. */
const runs = formats.flatMap((format): Run[] => [
  ...tools.map((tool) => ({ format, tools: [tool], rules: { required: true, parallel: false } })),
  ...[true, false].flatMap((required) =>
    [true, false].map((parallel) => ({ format, tools, rules: { required, parallel } })),
  ),
]);

test("what the engine writes under a grammar of tools parses into valid calls", async () => {
  const answers = await answer(runs);
  expect(answers).toHaveLength(runs.length);
  for (const [index, run] of runs.entries()) check(run, answers[index] ?? { text: "", whole: false });
  expect(formats.map(({ name }) => [name, (called.get(name)?.size ?? 0) > 2])).toEqual(
    formats.map(({ name }) => [name, true]),
  );
}, 540_000);

/** The tools that were called, by the format's name. */
const called = new Map<string, Set<string>>();

function check({ format, tools, rules }: Run, { text, whole }: Answer): void {
  const which = `${format.name} ${JSON.stringify(rules)}: ${JSON.stringify(text)}`;
  const parts = parse(format, tools, [text]);
  // The last one of an answer that was cut is cut.
  const calls = (whole ? parts : parts.slice(0, -1)).filter((part) => Array.isArray(part));
  for (const [name, args] of calls) {
    const validate = validators.get(name);
    expect(validate?.(JSON.parse(args)), `${which} ${JSON.stringify(validate?.errors)}`).toBe(true);
    called.set(format.name, (called.get(format.name) ?? new Set()).add(name));
  }
  if (rules.required && whole)
    expect(
      parts.filter((part) => typeof part === "string"),
      which,
    ).toEqual([]);
  expect(parts.length > 0, which).toBe(true);
  if (!rules.parallel) expect(parts.length, which).toBe(1);
}

interface Answer {
  text: string;
  /** It was not cut by the limit of tokens. */
  whole: boolean;
}

/** Of the small model; it would not call a tool by itself, so it has to under all rules. */
async function answer(runs: readonly Run[]): Promise<Answer[]> {
  const script = join(import.meta.dir, "constrained.py");
  const lines = runs.map(({ format, tools, rules }) => {
    const prompt = `Call these tools: ${tools.map(({ name }) => name).join(", ")}.`;
    const grammar = format.toGrammar(tools, rules);
    if (!rules.required) expect(grammar).toMatchObject({ type: "triggered_tags", at_least_one: false });
    return JSON.stringify({
      grammar: { ...grammar, ...(rules.required ? {} : { at_least_one: true }) },
      prompt,
      tokens,
    });
  });
  const child = Bun.spawn([runtimePython(runtimeDir()), script, modelPath()], {
    env: { ...process.env, ...hostModules },
    stdin: new Blob([lines.join("\n")]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, errors.slice(-2000)]).toEqual([0, expect.any(String)]);
  return output.trim().split("\n").map(toAnswer);
}

function toAnswer(line: string): Answer {
  const { text, tokens: count } = JSON.parse(line);
  return { text, whole: count < tokens };
}
