import { describe, expect, test } from "bun:test";
import type { AnswerPart, ChoicePart } from "../../src/generate/parts.ts";
import type { LooseSchema } from "../../src/generate/tools/choice.ts";
import type { ServerEvent } from "../../src/serving/events.ts";
import { createSchemaChecks } from "../../src/serving/schema-checks.ts";

const usage = { promptTokens: 1, cachedTokens: 0, newTokens: 1, reasoningTokens: 0 };
const end = (reason: "stop" | "length" | "calls", stop: string | null = null): AnswerPart => ({
  type: "end",
  reason,
  stop,
  usage,
});
const text = (text: string): AnswerPart => ({ type: "text", text, logprobs: [] });
const call = (name: string, ...pieces: string[]): AnswerPart[] => [
  { type: "call_start", call: 0, id: "1", name },
  ...pieces.map((text): AnswerPart => ({ type: "call_arguments", call: 0, text })),
  { type: "call_end", call: 0 },
];

const widened = [{ at: "tools[0].schema.properties.n.multipleOf", keyword: "multipleOf", why: "secret" }];
const schema = { properties: { n: { multipleOf: 3 } } };
const loose: LooseSchema[] = [
  { tool: "f", schema, widened },
  { tool: null, schema, widened },
];

function createChecks() {
  const published: ServerEvent[] = [];
  const checks = createSchemaChecks({ publish: (event) => void published.push(event) });
  const watch = async (...choices: AnswerPart[][]) => {
    published.length = 0;
    const parts = choices.flatMap((choice, index) => choice.map((part): ChoicePart => ({ index, part })));
    const seen: ChoicePart[] = [];
    for await (const one of checks.watch("m", loose, toStream(parts))) seen.push(one);
    expect(seen).toEqual(parts);
    return published.map((event) =>
      event.topic === "schema" && event.type === "missed" ? event.tool : event,
    );
  };
  return { checks, published, watch };
}

async function* toStream<T>(values: T[]): AsyncGenerator<T> {
  yield* values;
}

describe("an answer whose schema was widened", () => {
  test.each<[string, AnswerPart[][], (string | null)[]]>([
    ["a call that keeps it", [[...call("f", '{"n":', "6}"), end("calls")]], []],
    ["a call that misses it", [[...call("f", '{"n":', "7}"), end("calls")]], ["f"]],
    [
      "two calls that miss it",
      [[...call("f", '{"n":7}'), ...call("f", '{"n":8}'), end("calls")]],
      ["f", "f"],
    ],
    ["a call of a tool that was enforced whole", [[...call("g", '{"n":7}'), end("calls")]], []],
    ["a call that was cut", [[...call("f", '{"n":7}'), ...call("f", '{"n":'), end("length")]], ["f"]],
    ["content that misses it", [[text('{"n":'), text("7}"), end("stop")]], [null]],
    ["content that was cut", [[text('{"n":7'), end("length")]], []],
    ["content that a stop string cut", [[text('{"n":7'), end("stop", "}")]], []],
    ["what stands beside a call", [[text("Look:"), ...call("f", '{"n":6}'), end("calls")]], []],
    [
      "each choice",
      [
        [text('{"n":7}'), end("stop")],
        [text('{"n":6}'), end("stop")],
      ],
      [null],
    ],
  ])("%s", async (_, choices, tools) => expect(await createChecks().watch(...choices)).toEqual(tools));
});

test("what was widened is published once for each tool, without what the schema says", () => {
  const { checks, published } = createChecks();
  for (const model of ["m", "m", "n"]) checks.note(model, loose);
  expect(published).toHaveLength(4);
  const places = [{ at: "tools[0].schema.properties.n.multipleOf", keyword: "multipleOf" }];
  expect(published[0]).toEqual({ topic: "schema", type: "widened", model: "m", tool: "f", places, count: 1 });
  expect(JSON.stringify(published)).not.toContain("secret");
});
