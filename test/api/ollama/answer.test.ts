import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import {
  type AnswerOptions,
  collectAnswer,
  frameMessage,
  frameResponse,
  toLines,
} from "../../../src/api/ollama/answer.ts";
import { ChatAnswer, ChatLine, GenerateAnswer, GenerateLine } from "../../../src/api/ollama/response.ts";
import { createTiming } from "../../../src/api/ollama/timing.ts";
import type { AnswerPart, ChoicePart } from "../../../src/generate/parts.ts";
import { answer, call, end, start, text, thought } from "../answer-parts.ts";

function createOptions(extra: Partial<AnswerOptions> = {}): AnswerOptions {
  let ticks = 0;
  return {
    model: "m:latest",
    logprobs: false,
    now: () => new Date(0),
    // Half a millisecond for each look at the clock.
    timing: createTiming(() => ticks++ / 2),
    frame: frameMessage,
    ...extra,
  };
}

async function linesOf(parts: AnswerPart[], extra: Partial<AnswerOptions> = {}): Promise<string[]> {
  const events = await Array.fromAsync(toLines(answer(parts), createOptions(extra)));
  return events.map(({ data }) => String(data));
}

const head = { model: "m:latest", created_at: "1970-01-01T00:00:00.000Z" };
const counts = { prompt_eval_count: 3, eval_count: 5 };

describe("a chat's lines", () => {
  test("have a piece each, and at last counts and times", async () => {
    const lines = (await linesOf([start, thought("Hm"), text("Hel"), text("lo"), end("stop")])).map((line) =>
      JSON.parse(line),
    );
    expect(lines).toEqual([
      { ...head, message: { role: "assistant", content: "", thinking: "Hm" }, done: false },
      { ...head, message: { role: "assistant", content: "Hel" }, done: false },
      { ...head, message: { role: "assistant", content: "lo" }, done: false },
      {
        ...head,
        message: { role: "assistant", content: "" },
        done: true,
        done_reason: "stop",
        ...counts,
        total_duration: 1_500_000,
        load_duration: 500_000,
        prompt_eval_duration: 500_000,
        eval_duration: 500_000,
      },
    ]);
    for (const line of lines) expect([...Value.Errors(ChatLine, line)]).toEqual([]);
  });

  test("have a call whole, its arguments as an object", async () => {
    const lines = await linesOf([
      start,
      ...call(0, '{"city": "Os', 'lo", "n": 12345678901234567890}'),
      ...call(1),
      end("calls"),
    ]);
    expect(lines[0]).toContain(
      '"tool_calls":[{"id":"call_0","function":{"index":0,"name":"f","arguments":{"city": "Oslo", "n": 12345678901234567890}}}]',
    );
    expect(JSON.parse(lines[1] ?? "").message.tool_calls).toEqual([
      { id: "call_1", function: { index: 1, name: "f", arguments: {} } },
    ]);
    expect(JSON.parse(lines[2] ?? "")).toMatchObject({ done: true, done_reason: "stop" });
    for (const line of lines) expect([...Value.Errors(ChatLine, JSON.parse(line))]).toEqual([]);
  });

  test("stay lines when a model breaks a call's lines", async () => {
    const [line = ""] = await linesOf([start, ...call(0, '{\n  "a": "x\\ny"\r\n}'), end("calls")]);
    expect(line).not.toContain("\n");
    expect(JSON.parse(line).message.tool_calls[0].function.arguments).toEqual({ a: "x\ny" });
  });

  test.each(['{"city": "Os', "[1]", '"text"', "1", "nul"])(
    "leave out a call that is no object: %s",
    async (text) => {
      const lines = await linesOf([start, ...call(0, text), end("length")]);
      expect(lines.map((line) => JSON.parse(line).done_reason)).toEqual(["length"]);
    },
  );

  test("have log probabilities where they were asked for", async () => {
    const parts = [start, text("Hé\uFFFD", "Hé", "\uFFFD"), end("stop")];
    const [line = "", last = ""] = await linesOf(parts, { logprobs: true });
    expect(JSON.parse(line).logprobs).toEqual([
      { token: "Hé", logprob: -0.5, bytes: [72, 195, 169] },
      { token: "\uFFFD", logprob: -0.5 },
    ]);
    expect(JSON.parse(last)).not.toHaveProperty("logprobs");
    expect(JSON.parse((await linesOf(parts))[0] ?? "")).not.toHaveProperty("logprobs");
  });
});

describe("a whole answer", () => {
  test("of a chat has all that its lines have", async () => {
    const parts = [
      start,
      thought("Hm"),
      text("Hel"),
      text("lo"),
      ...call(0, '{"n": 9007199254740993}'),
      end("length"),
    ];
    const body = await collectAnswer(answer(parts), createOptions());
    expect(body).toContain('"arguments":{"n": 9007199254740993}');
    const whole = JSON.parse(body);
    expect([...Value.Errors(ChatAnswer, whole)]).toEqual([]);
    expect(whole).toMatchObject({
      ...head,
      message: { role: "assistant", content: "Hello", thinking: "Hm", tool_calls: [{ id: "call_0" }] },
      done: true,
      done_reason: "length",
      ...counts,
    });
  });

  test("of a prompt has a response in place of a message", async () => {
    const parts = [start, thought("Hm"), text("Hel"), text("lo"), end("stop")];
    const whole = JSON.parse(await collectAnswer(answer(parts), createOptions({ frame: frameResponse })));
    expect([...Value.Errors(GenerateAnswer, whole)]).toEqual([]);
    expect(whole).toMatchObject({ response: "Hello", thinking: "Hm", done_reason: "stop", ...counts });
    const lines = (await linesOf(parts, { frame: frameResponse })).map((line) => JSON.parse(line));
    expect(lines.map(({ response }) => response)).toEqual(["", "Hel", "lo", ""]);
    for (const line of lines) expect([...Value.Errors(GenerateLine, line)]).toEqual([]);
  });

  test("fails as its parts do", async () => {
    async function* broken(): AsyncGenerator<ChoicePart> {
      yield { index: 0, part: start };
      throw new Error("broken");
    }
    await expect(collectAnswer(broken(), createOptions())).rejects.toThrow("broken");
  });
});

test("the times of an answer that never started are all waiting", () => {
  let now = 10;
  const timing = createTiming(() => now);
  now = 14;
  expect(timing.read()).toEqual({
    total_duration: 4_000_000,
    load_duration: 4_000_000,
    prompt_eval_duration: 0,
    eval_duration: 0,
  });
});
