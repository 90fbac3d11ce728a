import { describe, expect, test } from "bun:test";
import { isSettled, judge, type Pair, toAnswerMs, toNoise } from "../../src/tune/judge.ts";
import { toFigures, toFinalists } from "../../src/tune/result.ts";
import { toSize, toWriting } from "../../src/tune/size.ts";
import { findDifference } from "../../src/tune/texts.ts";
import type { Judgement, Tried } from "../../src/tuning.ts";

const speed = (ms: number, text = "a b c") => ({
  text,
  tokens: 11,
  first_token_ms: ms / 2,
  tokens_per_second: 10_000 / (ms / 2),
});
/** Pairs whose answers took so long, in milliseconds. */
const pairs = (...times: [present: number, changed: number][]): Pair[] =>
  times.map(([present, changed]) => ({ present: speed(present), changed: speed(changed) }));

test("an answer takes its first token and the others", () => {
  expect(toAnswerMs(speed(1000))).toBeCloseTo(1000);
});

describe("judge", () => {
  test.each<[string, Pair[], number, Judgement["verdict"], number]>([
    ["always half the time", pairs([1000, 500], [1000, 500], [1000, 500]), 0, "faster", 1],
    ["always twice the time", pairs([500, 1000], [500, 1000], [500, 1000]), 0, "slower", -0.5],
    ["a percent", pairs([1000, 990], [1000, 990], [1000, 990]), 0, "same", 0.01],
    [
      "10 %, in a machine that is off by 20 %",
      pairs([1100, 1000], [1100, 1000], [1100, 1000]),
      0.2,
      "same",
      0.1,
    ],
    ["now this way, now that", pairs([1000, 700], [1000, 1300], [1000, 800]), 0, "same", 0.11],
    [
      "half the time, once beside another program",
      pairs([1000, 500], [1000, 520], [1000, 480], [1000, 1500], [1000, 510]),
      0,
      "faster",
      0.97,
    ],
    [
      "half the time, twice beside another program",
      pairs([1000, 500], [1000, 1500], [1000, 480], [1000, 1500], [1000, 510]),
      0,
      "same",
      0.35,
    ],
    ["a single pair shows nothing", pairs([1000, 500]), 0, "same", 1],
  ])("%s", (_, measured, noise, verdict, gain) => {
    const judgement = judge(measured, noise);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.gain).toBeCloseTo(gain, 1);
    expect(judgement.spread).toBeGreaterThanOrEqual(noise);
  });

  test("tells the first token from the others", () => {
    const changed = { ...speed(1000), first_token_ms: 250 };
    const { first_token_gain, token_gain } = judge([{ present: speed(1000), changed }], 0);
    expect([first_token_gain, token_gain].map((one) => Math.round(one * 100))).toEqual([100, 0]);
  });
});

test("noise is what the present settings differ from themselves", () => {
  expect(toNoise(pairs([1000, 1000], [1000, 1000]))).toBe(0);
  expect(toNoise(pairs([1000, 950], [1000, 950]))).toBeCloseTo(0.05, 2);
  expect(toNoise(pairs([1000, 1000]))).toBe(1);
});

test.each<[string, Pair[], boolean]>([
  ["too few", pairs([1000, 500], [1000, 500]), false],
  ["close together", pairs([1000, 999], [1000, 998], [1000, 999]), true],
  ["far from each other", pairs([1000, 800], [1000, 1200], [1000, 900]), false],
  ["clearly slower, if not by how much", pairs([500, 1000], [500, 1030], [500, 980]), true],
  ["as many as can be", pairs(...Array(8).fill([1000, 700]), [1000, 1300]), true],
])("pairs that are %s", (_, measured, settled) => expect(isSettled(measured)).toBe(settled));

describe("findDifference", () => {
  const of = (one: string, other: string): Pair => ({ present: speed(1, one), changed: speed(1, other) });
  test.each([
    [[of("a b", "a b")], null],
    [[of("a b c", "a x y")], { same_words: 1, present: "b c", changed: "x y" }],
    [[of("a b c", "a b")], { same_words: 2, present: "c", changed: "" }],
    [[of("a b c", "a b d"), of("a b", "x b")], { same_words: 0, present: "a b", changed: "x b" }],
  ])("of %j is %j", (measured, difference) => expect(findDifference(measured)).toEqual(difference));
});

describe("toFinalists", () => {
  const tried = (topic: Tried["topic"], label: string, gain: number): Tried => ({
    topic,
    label,
    change: [`${topic}=${label}`],
    problem: null,
    measured: {
      pairs: 3,
      figures: toFigures(pairs([1, 1]), "changed"),
      judgement: { ...judge(pairs([1, 1]), 0), gain, verdict: gain > 0 ? "faster" : "slower" },
      difference: null,
    },
  });
  const labels = (all: Tried[]) => toFinalists(all).map((one) => one.map(({ label }) => label));

  test("are the best of each topic together, then the best one alone", () => {
    const all = [tried("kv", "u4", 0.1), tried("kv", "f16", 0.2), tried("pinning", "off", 0.3)];
    expect(labels(all)).toEqual([["off", "f16"], ["off"]]);
  });

  test("leave what is slower out", () => {
    expect(labels([tried("kv", "u4", -0.1)])).toEqual([]);
    expect(labels([tried("kv", "u4", 0.1), tried("pinning", "off", -0.2)])).toEqual([["u4"]]);
  });

  test("do not mix devices with what was measured on another", () => {
    expect(labels([tried("device", "GPU", 0.9), tried("kv", "u4", 0.1)])).toEqual([["GPU"]]);
    expect(labels([tried("device", "GPU", 0.1), tried("kv", "u4", 0.9)])).toEqual([["u4"]]);
  });
});

test("figures are medians", () => {
  expect(toFigures(pairs([100, 1], [300, 1], [900, 1]), "present")).toMatchObject({ first_token_ms: 150 });
  expect(toFigures(pairs([100, 1], [300, 1]), "present")).toMatchObject({ answer_ms: 200 });
});

test.each([
  ["fast", 100, 8192, 60_000, { promptTokens: 1000, tokens: 128 }],
  ["slow", 60_000, 8192, 60_000, { promptTokens: 100, tokens: 24 }],
  ["with a small context", 100, 400, 60_000, { promptTokens: 136, tokens: 128 }],
  ["when there is little time", 100, 8192, 200, { promptTokens: 200, tokens: 48 }],
])("the answers of a model that is %s", (_, ms, context, answerMs, size) => {
  expect(toSize(speed(ms), context, answerMs)).toEqual(size);
});

test("prompts of two numbers share no beginning that could be cached", () => {
  const [one, two] = [1, 2].map((number) => toWriting({ promptTokens: 135, tokens: 8 }, number).prompt);
  expect([one?.slice(0, 7), two?.slice(0, 7)]).toEqual(["Story 1", "Story 2"]);
  expect(one?.split(" ").length).toBe(101);
  // Longer than the text, and still no sentence comes twice.
  const long = toWriting({ promptTokens: 1000, tokens: 8 }, 1).prompt;
  expect(long.split(" ").length).toBe(742);
  expect(long.split("Alice was beginning").length).toBe(2);
});
