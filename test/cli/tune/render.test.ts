import { describe, expect, test } from "bun:test";
import { renderHtml } from "../../../cli/tune/html.ts";
import { renderTune } from "../../../cli/tune/render.ts";
import type { Measured, Tried, TuneResult } from "../../../src/tuning.ts";

const measured = (gain: number, verdict: Measured["judgement"]["verdict"], spread = 0.01): Measured => ({
  pairs: 4,
  figures: { first_token_ms: 250.4, tokens_per_second: 12, answer_ms: 8000 },
  judgement: { verdict, gain, spread, first_token_gain: 0, token_gain: gain },
  difference: { same_words: 7, present: "one two", changed: "one <b>" },
});

const result: TuneResult = {
  model: "a<b",
  device: "CPU",
  engine: "batching",
  size: { prompt_tokens: 400, answer_tokens: 96 },
  present: { first_token_ms: 300, tokens_per_second: 10, answer_ms: 9900 },
  noise: 0.02,
  disturbed: 0,
  tried: [
    {
      topic: "kv",
      label: "KV cache in f16",
      change: ["k=f16"],
      problem: null,
      measured: measured(0.2, "faster"),
    },
    { topic: "pinning", label: "free", change: ["p=false"], problem: null, measured: measured(0.01, "same") },
    { topic: "device", label: "GPU", change: ["device=GPU"], problem: "It has no driver.", measured: null },
  ],
  untried: [{ topic: "cores", why: "all cores are of one kind" }],
  winner: { labels: ["KV cache in f16"], change: ["k=f16"], ...measured(0.2, "faster") },
};

test("the table, the bars, what was not measured, and what won", () => {
  expect(Bun.stripANSI(renderTune(result, null))).toBe(
    [
      "a<b on CPU, engine batching: answers of 96 tokens to prompts of about 400.",
      "",
      "SETTINGS         FIRST TOKEN  TOKENS/S  ANSWERS  SPREAD  TEXT",
      "as it is now     300 ms       10.0               ±2 %",
      "KV cache in f16  250 ms       12.0      +20 %    ±1 %    differs after 7 words",
      "free             250 ms       12.0      noise    ±1 %    differs after 7 words",
      "",
      "as it is now     █████████████████████████ 100 %",
      "KV cache in f16  ██████████████████████████████ 120 %",
      "free             █████████████████████████ 101 %",
      "",
      "Not measured: GPU: It has no driver.",
      "Not tried: cores: all cores are of one kind.",
      'Faster: KV cache in f16 (k=f16): +20 % ±1 %, measured once more; it writes another text after 7 words: "one <b>" instead of "one two".',
      "",
    ].join("\n"),
  );
});

test("what disturbed it, why guessed tokens change the text, and what is unclear", () => {
  const [kv, ...others] = result.tried;
  if (kv === undefined) throw new TypeError("There is no tried one");
  const guessed: Tried = { ...kv, topic: "speculation", change: ['speculation={"kind":"prompt-lookup"}'] };
  const shown = renderTune({ ...result, disturbed: 2, tried: [guessed, ...others] }, 80);
  expect(shown).toContain("2 pairs were dropped, because the server answered requests meanwhile.");
  expect(shown).toContain("identical only in f32");
  const none = { ...result, winner: null, tried: [{ ...kv, measured: measured(0.22, "same", 0.36) }] };
  expect(renderTune(none, 80)).toContain("Unclear: KV cache in f16: +22 % ±36 %. Measure longer");
});

describe("without a winner", () => {
  const none = { ...result, winner: null };
  test.each<[string, TuneResult]>([
    ["Nothing was still faster", none],
    [
      "Unclear: KV cache in f16: +45 % ±60 %, measured once more. Measure longer (--minutes)",
      {
        ...none,
        unconfirmed: { labels: ["KV cache in f16"], change: ["k=f16"], ...measured(0.45, "same", 0.6) },
      },
    ],
    [
      "Nothing was still faster",
      {
        ...none,
        unconfirmed: { labels: ["KV cache in f16"], change: ["k=f16"], ...measured(0.01, "same") },
      },
    ],
    ["Nothing is faster than the present settings beyond noise (±2 %)", { ...none, tried: [] }],
  ])("%s", (sentence, shown) => expect(renderTune(shown, 80)).toContain(sentence));
});

test("the page needs nothing else, and no name can break it", () => {
  const html = renderHtml(result, new Date("2026-01-02T03:04:05Z"));
  expect(html).toContain("<h1>a&lt;b</h1>");
  expect(html).toContain("default-src 'none'; style-src 'sha256-");
  expect(html).toContain("2026-01-02");
  expect(html.match(/<rect/g)?.length).toBe(3);
  expect(html).not.toMatch(/<script|https?:|src=|<b>/);
});
