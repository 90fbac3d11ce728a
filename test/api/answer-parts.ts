import type { AnswerPart, ChoicePart, Timings, Usage } from "../../src/generate/parts.ts";

export const usage: Usage = { promptTokens: 3, cachedTokens: 2, newTokens: 5, reasoningTokens: 1 };
export const start: AnswerPart = { type: "start", promptTokens: 3, cachedTokens: 2, fingerprint: "fp" };
export const end = (reason: "stop" | "length" | "calls", extra: { timings?: Timings } = {}): AnswerPart => ({
  type: "end",
  reason,
  stop: null,
  usage,
  ...extra,
});
export const text = (text: string, ...tokens: string[]): AnswerPart => ({
  type: "text",
  text,
  logprobs: tokens.map((token) => ({ token, logprob: -0.5 })),
});
export const thought = (text: string): AnswerPart => ({ type: "reasoning", text });
export const call = (number: number, ...texts: string[]): AnswerPart[] => [
  { type: "call_start", call: number, id: `call_${number}`, name: "f" },
  ...texts.map((text): AnswerPart => ({ type: "call_arguments", call: number, text })),
  { type: "call_end", call: number },
];

/** The parts of some choices, those of each in order, the choices interleaved. */
export async function* answer(...choices: AnswerPart[][]): AsyncGenerator<ChoicePart> {
  const longest = Math.max(...choices.map(({ length }) => length));
  for (let at = 0; at < longest; at++) {
    for (const [index, parts] of choices.entries()) {
      const part = parts[at];
      if (part) yield { index, part };
    }
  }
}
