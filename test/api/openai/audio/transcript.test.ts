import { expect, test } from "bun:test";
import {
  addHeard,
  emptyTranscript,
  type Transcript,
  toVerbose,
} from "../../../../src/api/openai/audio/transcript.ts";
import type { Heard } from "../../../../src/serving/transcribe.ts";

/** A half minute in which these sentences are said. */
const toHeard = (texts: string[]): Heard => ({
  type: "segments",
  language: "en",
  seconds: 60,
  segments: texts.map((text, at) => ({ start: at, end: at + 1, text })),
});

function toRatios(...halfMinutes: string[][]): number[] {
  const transcript = halfMinutes.map(toHeard).reduce<Transcript>(addHeard, emptyTranscript);
  const asked = { task: "transcribe" as const, words: false, temperature: 0 };
  return toVerbose(transcript, asked, true).segments?.map((segment) => segment.compression_ratio) ?? [];
}

test("a sentence that is heard again and again in a half minute is known by its compression", () => {
  const ratios = toRatios([" It is late."], Array(12).fill(" Thank you."));
  expect(ratios).toHaveLength(13);
  expect(ratios[0]).toBeLessThan(1);
  expect(new Set(ratios.slice(1)).size).toBe(1);
  expect(ratios[1]).toBeGreaterThan(2.4);
});
