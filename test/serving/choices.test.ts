import { describe, expect, test } from "bun:test";
import { createAnswerReader } from "../../src/generate/answer.ts";
import type { ChoicePart } from "../../src/generate/parts.ts";
import type { GenerateRequest, GenerationEvent } from "../../src/protocol/generate.ts";
import { greedy } from "../../src/protocol/sampling.ts";
import { readChoice } from "../../src/serving/choices.ts";
import { createTally } from "../../src/serving/tally.ts";

type TextEvent = Extract<GenerationEvent, { type: "text" }>;

/** Only the reader is asked. */
const request: GenerateRequest = {
  prompt: "",
  add_special_tokens: false,
  grammar: null,
  special_tokens: false,
  sampling: greedy,
  max_tokens: 9,
  ignore_eos: false,
  logprobs: true,
};

async function read(stops: string[], ...steps: Omit<TextEvent, "type">[]) {
  const reader = createAnswerReader({ reasoning: null, calls: null, stops, newCallId: () => "call" });
  const choice = { request, reader, closeThought: () => null };
  async function* events() {
    for (const step of steps) {
      yield { choice, fingerprint: "f", event: { type: "text", ...step } as const };
    }
    yield { choice, fingerprint: "f", event: { type: "finished", reason: "stop" } as const };
  }
  const parts: ChoicePart[] = await Array.fromAsync(
    readChoice(0, events(), { tally: createTally(undefined), hasPrompt: true }),
  );
  const texts = parts.flatMap(({ part }) => (part.type === "text" ? [part] : []));
  const end = parts.at(-1)?.part;
  if (end?.type !== "end") throw new Error("no end");
  return {
    text: texts.map(({ text }) => text).join(""),
    texts: texts.length,
    tokens: end.usage.newTokens,
    guesses: end.usage.guesses,
    logprobs: texts.flatMap(({ logprobs }) => logprobs).length,
  };
}

const toLogprobs = (...tokens: string[]) => tokens.map((token) => ({ token, logprob: -1 }));

describe("a step of several tokens", () => {
  const step = {
    text: "one. two. three",
    tokens: 5,
    guesses: 5,
    lengths: [3, 1, 4, 1, 6],
    logprobs: toLogprobs("one", ".", " two", ".", " three"),
  };

  test("counts up to the token that completes a stop string", async () => {
    expect(await read([" two"], step)).toEqual({
      text: "one.",
      texts: 2,
      tokens: 3,
      guesses: { tokens: 5, right: 2 },
      logprobs: 2,
    });
    const split = [
      { text: "a b", tokens: 2, lengths: [1, 2] },
      { text: "c d e", tokens: 3, lengths: [1, 2, 2] },
    ];
    expect(await read(["bc d"], ...split)).toMatchObject({ text: "a ", tokens: 4 });
  });

  test("is read at once where nothing may stop it", async () => {
    expect(await read([], step)).toMatchObject({ text: step.text, texts: 1, tokens: 5, logprobs: 5 });
  });

  test("ends with tokens without a text, which count if nothing stopped it before", async () => {
    const ended = { ...step, tokens: 6, logprobs: step.logprobs };
    expect(await read(["four"], ended)).toMatchObject({ text: step.text, tokens: 6, logprobs: 5 });
    expect(await read(["three"], ended)).toMatchObject({ text: "one. two. ", tokens: 5 });
  });

  test("counts whole where its tokens have no texts of their own", async () => {
    const { lengths: _, ...whole } = step;
    expect(await read([" two"], whole)).toMatchObject({ text: "one.", tokens: 5 });
  });
});
