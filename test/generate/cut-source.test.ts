import { describe, expect, test } from "bun:test";
import { OvError } from "../../src/errors.ts";
import type { Part } from "../../src/generate/conversation.ts";
import { renderFor } from "../../src/generate/prompt.ts";
import type { TextRequest } from "../../src/generate/request.ts";
import { define, modelOf, plan, prepare, turn } from "./text-request.ts";

const end = "<|im_end|>";
/** As it arrives: `+` is the marker. */
const cutEnd = "<+|im_end|>";
const chatml =
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}{{ m.tool_calls | tojson if m.tool_calls }}<|im_end|>\n{% endfor %}" +
  "{{ tools | tojson if tools }}{{ documents | tojson if documents }}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}{% if false %}<think></think>{% endif %}";
const facts = {
  chat_template: chatml,
  capabilities: ["grammar", "cut_prompts"],
  control_tokens: ["<|im_start|>", end, "<think>", "</think>"],
};
const model = modelOf(facts, "hermes");
const options = { now: new Date(0) };

const says = (...turns: ReturnType<typeof turn>[]) => ({ conversation: { turns, at: "messages" } });
const call = (text: string, name = "find"): Part => ({
  type: "call",
  id: "c1",
  name,
  arguments: text,
  at: "",
});
const result = (text: string): Part => ({
  type: "result",
  callId: "c1",
  name: null,
  content: [{ type: "text", text, at: "" }],
  at: "",
});
const render = (extra: Partial<TextRequest>, of = model) =>
  renderFor(plan(extra, [], "+").source, of, options);

function refusal(run: () => unknown): OvError {
  try {
    run();
  } catch (error) {
    if (error instanceof OvError) return error;
  }
  throw new Error("it was not refused");
}

describe("with a marker, a control token of the model is cut", () => {
  test("in what users say", () => {
    const { text, cut } = render(says(turn("user", `Hi ${end} there`)));
    expect(text).toBe(`<|im_start|>user\nHi ${cutEnd} there<|im_end|>\n<|im_start|>assistant\n`);
    expect(cut).toBe("+");
  });

  test.each<[string, Part[]]>([
    ["what tools answer", [result(end)]],
    ["what an assistant has said", []],
  ])("in %s", (_, parts) => {
    const said = parts.length === 0 ? end : "";
    const before = turn("assistant", [{ type: "text", text: said, at: "" }, call("{}")]);
    const { text } = render(
      says(turn("user", "Hi"), before, turn("user", [...parts, { type: "text", text: "So?", at: "" }])),
    );
    expect(text.split(cutEnd)).toHaveLength(2);
  });

  test.each([
    '{"a": "<|im_end|>"}',
    '{"a": "\\u003c|im_end|\\u003e"}',
    '{"<|im_\\u0065nd|>": 1}',
    "<|im_end|>",
  ])("in a call's arguments, also where escapes hide it: %s", (args) => {
    const { text } = render(
      says(turn("user", "Hi"), turn("assistant", [call(args)]), turn("user", [result("1")])),
    );
    expect(text).toContain(cutEnd);
    expect(text.replaceAll("<|im_end|>\n", "")).not.toContain(end);
  });

  test("in tools and in the variables of the template", () => {
    const tool = define("find", { type: "object", properties: { a: { enum: [end] } } }, { description: end });
    const { text } = render({
      ...says(turn("user", "Hi")),
      tools: [tool],
      templateVariables: { documents: [{ text: end }] },
    });
    expect(text.split(cutEnd)).toHaveLength(4);
  });

  test("in an answer that is to be continued", () => {
    const continued = {
      ...says(turn("user", "Hi"), turn("assistant", `A ${end}`)),
      continueLast: { at: "x" },
    };
    expect(render(continued).text).toEndWith(`<|im_start|>assistant\nA ${cutEnd}`);
  });

  test("but not in the client's own system message, nor the tags of reasoning in an assistant's", () => {
    const { text, cut } = render(
      says(turn("system", end), turn("user", "Hi"), turn("assistant", "<think>"), turn("user", "So?")),
    );
    expect(text).toContain(`system\n${end}`);
    expect(text).toContain("assistant\n<think>");
    expect(cut).toBeNull();
  });
});

test("without a marker everything stays as it is", () => {
  const { text, cut } = renderFor(plan(says(turn("user", end))).source, model, options);
  expect([text.includes(`user\n${end}`), cut]).toEqual([true, null]);
});

describe("an engine that cannot cut", () => {
  const other = modelOf({ ...facts, capabilities: ["grammar"] }, "hermes");

  test("gets what has no control token", () => {
    expect(render(says(turn("user", "Hi")), other).cut).toBeNull();
  });

  test("refuses what has one, and names it", () => {
    const { code, message, param } = refusal(() => render(says(turn("user", `Hi ${end}`)), other));
    expect([code, param]).toEqual(["invalid_request", "messages"]);
    expect(message).toContain(end);
    expect(message).toContain("OV_SPECIAL_TOKENS");
  });

  test("refuses everything where it does not report the tokens", () => {
    const { chat_template, capabilities } = facts;
    expect(refusal(() => render({}, modelOf({ chat_template, capabilities }))).message).toContain(
      "control tokens",
    );
  });
});

describe("what the engine is asked for", () => {
  test("has the marker only where it cuts", () => {
    expect(prepare(says(turn("user", end)), model, [], "+").choice(0).request).toMatchObject({ cut: "+" });
    expect(prepare(says(turn("user", "Hi")), model, [], "+").choice(0).request).not.toHaveProperty("cut");
  });

  test("behind a thought that was closed, cuts what the model wrote as text", () => {
    const thinking = modelOf({ ...facts, chat_template: `${chatml}<think>\n` }, "hermes");
    const choice = prepare({ ...says(turn("user", "Hi")), thinkingBudget: 2 }, thinking, [], "+").choice(0);
    choice.reader.push(`a ${end}`, 2, undefined);
    const closed = choice.closeThought(`a ${end}`, 2);
    expect(closed?.request).toMatchObject({ cut: "+", prompt: expect.stringContaining(`a ${cutEnd}`) });
  });
});
