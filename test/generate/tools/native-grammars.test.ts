import { expect, test } from "bun:test";
import { join } from "node:path";
import { Ajv } from "ajv";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { deepseek } from "../../../src/generate/tools/deepseek.ts";
import type { Tool, ToolFormat } from "../../../src/generate/tools/format.ts";
import { gemma } from "../../../src/generate/tools/gemma.ts";
import { granite } from "../../../src/generate/tools/granite.ts";
import { harmony } from "../../../src/generate/tools/harmony.ts";
import { kimi } from "../../../src/generate/tools/kimi.ts";
import { lfm2 } from "../../../src/generate/tools/lfm2.ts";
import { mistral } from "../../../src/generate/tools/mistral.ts";
import { phi4 } from "../../../src/generate/tools/phi4.ts";
import type { Grammar } from "../../../src/protocol/grammar.ts";
import { modelPath, runtimeDir } from "../../helpers/environment.ts";
import { hostModules } from "../../helpers/python-tests.ts";
import { toStrictGrammar } from "../../helpers/strict-grammar.ts";
import { parse } from "./parsing.ts";

/** In tokens; who repeats calls without end is cut there. */
const longest = 100;

const city = { type: "string", enum: ["Rome", "Paris"] };
const size = { enum: [0, 1, -2.5] };

const tools: Tool[] = [
  object("get_weather", { city, days: { type: "integer", enum: [1, 2] }, exact: { type: "boolean" } }, [
    "city",
  ]),
  object("get_time", {}, []),
  object(
    "move",
    { to: object("", { x: size, y: size }, ["x"]).parameters, slow: { type: ["boolean", "null"] } },
    [],
  ),
  object("set-all", { on: { type: "array", items: city }, fast: { anyOf: [city, { type: "null" }] } }, [
    "on",
  ]),
];

function object(name: string, properties: Record<string, unknown>, required: string[]): Tool {
  const parameters = { type: "object", properties, required, additionalProperties: false };
  return { name, parameters, grammar: toStrictGrammar(parameters, "tools") };
}

/** What a model of the format says; the small model repeats it when it has read it often. */
const samples: [ToolFormat, string[]][] = [
  [
    mistral,
    [
      '[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Paris", "days": 1}}]',
      '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris", "days": 2}',
    ],
  ],
  [
    phi4,
    [
      '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Rome"}}]<|/tool_call|>',
      'functools[{"name": "get_weather", "arguments": {"city": "Rome"}}]',
    ],
  ],
  [granite, ['<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris", "exact": true}}]']],
  [
    deepseek,
    [
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Rome"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Rome"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ],
  ],
  [
    kimi,
    [
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Rome"}<|tool_call_end|><|tool_calls_section_end|>',
    ],
  ],
  [lfm2, ['<|tool_call_start|>[get_weather(city="Paris", days=1)]<|tool_call_end|>']],
  [
    gemma,
    [
      '<|tool_call>call:get_weather{city:<|"|>Rome<|"|>,days:2}<tool_call|>',
      "<start_function_call>call:get_weather{city:<escape>Rome<escape>,exact:true}<end_function_call>",
    ],
  ],
  [
    harmony,
    [
      '<|channel|>analysis<|message|>Look.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Rome"}',
      ' to=functions.get_weather<|channel|>commentary json<|message|>{"city": "Rome"}',
    ],
  ],
];

const runs = samples.flatMap(([format, texts]) => {
  const first = { format, sample: texts[0] ?? "" };
  return [
    ...texts.map((sample) => ({ format, sample, tools, rules: { required: false, parallel: true } })),
    { ...first, tools: tools.slice(0, 1), rules: { required: false, parallel: false } },
    ...[true, false].map((parallel) => ({ ...first, tools, rules: { required: true, parallel } })),
    { ...first, tools: tools.slice(0, 1), rules: { required: true, parallel: true } },
  ];
});

const ajv = new Ajv({ allowUnionTypes: true });
const validators = new Map(tools.map(({ name, parameters }) => [name, ajv.compile(parameters)]));

test("what the engine writes under a format's grammar parses into valid calls", async () => {
  const answers = await write(
    runs.map(({ format, sample, tools, rules }) => ({
      grammar: format.toGrammar(tools, rules),
      prompt: `${`Answer:${sample}\n`.repeat(6)}Answer:`,
      tokens: longest,
    })),
  );
  expect(answers).toHaveLength(runs.length);
  const called = new Set<string>();
  for (const [index, { format, sample, tools, rules }] of runs.entries()) {
    const text = answers[index]?.text ?? "";
    const which = `${format.name} ${tools.length} ${JSON.stringify(rules)}: ${JSON.stringify(text)}`;
    const parts = parse(format, tools, [text]).filter(
      (part) => typeof part === "string" || Array.isArray(part),
    );
    const calls = parts.filter((part) => Array.isArray(part));
    const cut = answers[index]?.ids.length === longest;
    for (const [at, [name, args]] of calls.entries()) {
      if (cut && at === calls.length - 1) continue;
      expect(validators.get(name)?.(JSON.parse(args)), which).toBe(true);
      called.add(`${rules.required ? "required" : "auto"}: ${sample}`);
    }
    if (rules.required && !cut) expect(parts.length - calls.length, which).toBe(0);
    if (rules.required) expect(calls.length, which).toBeGreaterThan(0);
    if (!rules.parallel) expect(calls.length, which).toBeLessThan(2);
  }
  for (const [format, texts] of samples) {
    expect(called).toContain(`required: ${texts[0]}`);
    for (const text of texts) expect(called, format.name).toContain(`auto: ${text}`);
  }
}, 540_000);

// The markers of these formats are special tokens of their models. The small model has none of them, but its own.
test("a special token stands for its text in a grammar, unless it ends the answer", async () => {
  const [started, spelt] = await write([
    {
      grammar: {
        type: "triggered_tags",
        triggers: ["<|im_start|>"],
        tags: [
          {
            type: "tag",
            begin: "<|im_start|>user",
            content: { type: "regex", pattern: " [A-Z]{2}" },
            end: "",
          },
        ],
        at_least_one: false,
        stop_after_first: true,
      },
      prompt: "<|im_start|>user ROME\n".repeat(12),
      tokens: 8,
    },
    { grammar: { type: "const", text: "<|im_end|>" }, prompt: "Hi<|im_end|>\n".repeat(12), tokens: 16 },
  ]);
  expect(started?.ids[0]).toBe(1);
  expect(spelt?.ids.slice(0, -1)).not.toContain(2);
  expect(spelt?.text).toBe("<|im_end|>");
}, 180_000);

interface Request {
  grammar: Grammar;
  prompt: string;
  tokens: number;
}

async function write(requests: readonly Request[]): Promise<{ text: string; ids: number[] }[]> {
  const child = Bun.spawn(
    [runtimePython(runtimeDir()), join(import.meta.dir, "constrained.py"), modelPath()],
    {
      env: { ...process.env, ...hostModules },
      stdin: new Blob([requests.map((request) => JSON.stringify({ ...request, raw: true })).join("\n")]),
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect([code, errors.slice(-2000)]).toEqual([0, expect.any(String)]);
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
