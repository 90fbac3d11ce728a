import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { scriptedModelPath } from "../helpers/environment.ts";
import { fixedCostsRuntime } from "../helpers/fixed-costs.ts";
import { smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(300_000);

/** With these a step of several tokens rounds like a step of one. */
const properties = {
  INFERENCE_PRECISION_HINT: "f32",
  KV_CACHE_PRECISION: "f32",
  DYNAMIC_QUANTIZATION_GROUP_SIZE: 0,
};
const exact = (extra: object = {}) => smolEntry({ device: "CPU", properties, ...extra });

const home = createTempDir();
const runtime = fixedCostsRuntime();
let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    home,
    env: { OV_RUNTIME_DIR: runtime },
    models: {
      plain: exact(),
      lookup: exact({ speculation: { kind: "prompt-lookup" } }),
      drafted: exact({ speculation: { kind: "draft", model: "scripted", num_assistant_tokens: 2 } }),
      scripted: { path: scriptedModelPath(), task: "text-generation", weight_format: "fp16" },
    },
  });
});
afterAll(() => server.stop());

const words = "alpha beta gamma delta epsilon zeta eta theta";
const body = {
  messages: [{ role: "user", content: `Repeat this: ${words}. Again: ${words}.` }],
  max_tokens: 48,
  temperature: 0,
};
const schema = {
  type: "object",
  properties: { words: { type: "array", items: { type: "string" }, minItems: 3, maxItems: 5 } },
  required: ["words"],
};

/** The model copies the second code, whatever it is asked. */
const area = "def area(width, height):\n    return width * height";
const stack = `class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()`;
const copying = [
  { role: "user", content: `Rename the function area to size:\n\n${area}` },
  { role: "assistant", content: area.replace("area", "size") },
  { role: "user", content: `Rename the class Stack to Pile:\n\n${stack}` },
];

const asks: [string, object][] = [
  ["a greedy answer", {}],
  ["two sampled ones", { n: 2, temperature: 0.7, seed: 3 }],
  ["a stop string in the middle of a step", { messages: copying, stop: "self.items.ap" }],
  ["penalties", { frequency_penalty: 0.8, presence_penalty: 0.4 }],
  ["a schema", { response_format: { type: "json_schema", json_schema: { name: "a", schema } } }],
  [
    "a tool",
    { tools: [{ type: "function", function: { name: "a", parameters: schema } }], tool_choice: "required" },
  ],
];

const Answer = Type.Object({
  choices: Type.Array(Type.Unknown(), { minItems: 1 }),
  usage: Type.Object({
    completion_tokens: Type.Integer(),
    completion_tokens_details: Type.Object({ accepted_prediction_tokens: Type.Optional(Type.Integer()) }),
  }),
});

/** The choices without the ids of calls, which are new each time, and how many tokens they took. */
async function ask(model: string, extra: object): Promise<string> {
  const { choices, usage } = await askWhole(model, extra);
  return JSON.stringify([choices, usage.completion_tokens], null, 1).replace(/call_\w+/g, "call");
}

async function askWhole(model: string, extra: object) {
  const response = await server.chat({ model, ...body, ...extra });
  expect([response.status, response.ok ? "" : await response.text()]).toEqual([200, ""]);
  return Value.Decode(Answer, await response.json());
}

/** Asks for a copy; returns how many of its tokens were guessed. */
async function copy(model: string): Promise<number> {
  const { usage } = await askWhole(model, { messages: copying, max_tokens: 80 });
  return usage.completion_tokens_details.accepted_prediction_tokens ?? 0;
}

/** How many guessed tokens were right. */
async function readAccepted(model: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const name = `ov_llm_spec_decode_num_accepted_tokens_total{model="${model}"}`;
  const line = text.split("\n").find((one) => one.startsWith(name));
  return Number(line?.slice(name.length));
}

test("answers are the same to the token with speculation and without", async () => {
  // It is opened once plain answers show that it pays, and nothing has run for a moment.
  expect(await copy("lookup")).toBe(0);
  for (let answer = 0; answer < 2; answer++) await copy("lookup");
  await server.logged(/ speculation turned on: it makes answers faster model=lookup /);
  for (const [what, extra] of asks) {
    expect(await copy("lookup")).toBeGreaterThan(10);
    const plain = await ask("plain", extra);
    expect([what, await ask("lookup", extra)]).toEqual([what, plain]);
  }
  expect(await readAccepted("lookup")).toBeGreaterThan(40);
});

test("a draft that never guesses right changes nothing, and is turned off", async () => {
  const plain = await ask("plain", {});
  expect(await ask("drafted", {})).toEqual(plain);
  await server.logged(/ speculation turned on: it makes answers faster model=drafted /);
  // The engine fails where a draft guesses for a request that samples.
  const sampled = { temperature: 0.9, seed: 3, max_tokens: 8 };
  expect(await ask("drafted", sampled)).toEqual(await ask("plain", sampled));
  expect(await ask("drafted", {})).toEqual(plain);
  await ask("drafted", { max_tokens: 280, ignore_eos: true });
  await server.logged(/ speculation turned off: it would make answers slower model=drafted /);
  expect(await ask("drafted", {})).toEqual(plain);
});
