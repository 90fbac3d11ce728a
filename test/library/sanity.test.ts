import { describe, expect, test } from "bun:test";
import { createSanityCheck, toCountRequest } from "../../src/library/sanity.ts";

/** As the engine steps: one token each, with its log-probability where that is known. */
function judge(pieces: string[], logprob: number | null): string | null {
  const sanity = createSanityCheck();
  sanity.see({ type: "started", promptTokens: 30, cachedTokens: 0 });
  for (const text of pieces) {
    const logprobs = logprob === null ? {} : { logprobs: [{ token: text, logprob }] };
    sanity.see({ type: "text", text, tokens: 1, ...logprobs });
  }
  sanity.see({ type: "finished", reason: "length" });
  return sanity.findDoubt();
}

const sentence = "I am a text that no model of numbers would ever write here at all".split(/(?= )/);

const cases: [what: string, pieces: string[], logprob: number | null, noise: boolean][] = [
  ["counts on", [" ", "13", ",", " ", "14", ",", " ", "15", ",", " ", "16"], -0.03, false],
  ["counts on and then repeats itself", [" 13", ...Array(20).fill(" 13")], -0.03, false],
  ["repeats one token", Array(24).fill(" read"), -0.5, true],
  ["repeats one token, on an engine without log-probabilities", Array(24).fill(" read"), null, true],
  ["writes tokens as improbable as noise", sentence, -10.1, true],
  ["writes something else with confidence", sentence, -0.4, false],
  ["writes something else, on an engine without log-probabilities", sentence, null, false],
  ["ends at once", [], null, false],
  ["ends early", [" ok", " ok"], -3, false],
];

describe("createSanityCheck: a model that", () => {
  test.each(cases)("%s", (_what, pieces, logprob, noise) => {
    expect(judge(pieces, logprob) !== null).toBe(noise);
  });

  test("is doubted with what it wrote", () => {
    expect(judge(Array(24).fill(" read"), null)).toContain('12," it writes " read read');
  });
});

test("an engine is asked for log-probabilities only if it has them", () => {
  expect([toCountRequest(["logprobs"]).logprobs, toCountRequest([]).logprobs]).toEqual([true, false]);
});
