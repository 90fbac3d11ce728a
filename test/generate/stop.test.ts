import { describe, expect, test } from "bun:test";
import { createStopFilter } from "../../src/generate/stop.ts";

function run(stops: string[], pieces: string[]): { text: string; stopped: boolean } {
  const filter = createStopFilter(stops);
  let text = "";
  for (const piece of pieces) {
    text += filter.push(piece);
    if (filter.met !== null) return { text, stopped: true };
  }
  return { text: text + filter.flush(), stopped: false };
}

const cases: [name: string, stops: string[], text: string, out: string, stopped: boolean][] = [
  ["no stop strings", [], "Hello world", "Hello world", false],
  ["no match", ["END"], "Hello world", "Hello world", false],
  ["a match at the end", ["END"], "Hello END", "Hello ", true],
  ["a match in the middle", ["END"], "Hello END world", "Hello ", true],
  ["a match at the begin", ["END"], "END", "", true],
  ["the begin of a match at the end is given out", ["END"], "Hello EN", "Hello EN", false],
  ["a false start within a match", ["aab"], "aaab", "a", true],
  ["the earliest of several", ["three", "two"], "one two three", "one ", true],
  ["one that begins another", ["ab", "abc"], "xabc", "x", true],
  ["a line break", ["\n\n"], "a\nb\n\nc", "a\nb", true],
  ["characters outside the BMP", ["🙂🙃"], "x🙂🙂🙃y", "x🙂", true],
];

describe("the stop filter", () => {
  for (const [name, stops, text, out, stopped] of cases) {
    test(`${name}: whole and split at every character`, () => {
      expect(run(stops, [text])).toEqual({ text: out, stopped });
      expect(run(stops, [...text])).toEqual({ text: out, stopped });
      for (let at = 1; at < text.length; at++) {
        expect(run(stops, [text.slice(0, at), text.slice(at)])).toEqual({ text: out, stopped });
      }
    });
  }

  test("holds back no more than what could begin a stop string", () => {
    const filter = createStopFilter(["STOP"]);
    expect(filter.push("all of this ")).toBe("all of this ");
    expect(filter.push("ST")).toBe("");
    expect(filter.push("ART")).toBe("START");
  });

  test("drops everything after the stop", () => {
    const filter = createStopFilter(["x"]);
    filter.push("axb");
    expect(filter.push("more")).toBe("");
    expect(filter.met).toBe("x");
    expect(filter.flush()).toBe("");
  });

  const met: [stops: string[], text: string, stop: string | null][] = [
    [["three", "two"], "one two three", "two"],
    [["abc", "ab"], "xabc", "ab"],
    [["x"], "abc", null],
  ];
  for (const [stops, text, stop] of met) {
    test(`names the stop that it met in "${text}": ${stop}`, () => {
      for (const pieces of [[text], [...text]]) {
        const filter = createStopFilter(stops);
        for (const piece of pieces) filter.push(piece);
        expect(filter.met).toBe(stop);
      }
    });
  }
});
