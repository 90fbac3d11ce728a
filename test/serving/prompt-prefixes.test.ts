import { describe, expect, test } from "bun:test";
import { createPrefixes, type PromptPrefixes } from "../../src/serving/prompt-prefixes.ts";

const system = "You are careful. ".repeat(200);
const other = "Translate what you are given. ".repeat(200);

const texts = (prefixes: PromptPrefixes, most: number) => prefixes.list(most).map(({ text }) => text);

describe("prefixes of prompts", () => {
  test("are what two prompts share, up to the character where they differ", () => {
    const prefixes = createPrefixes();
    prefixes.note(`${system}What is a river?`);
    prefixes.note(`${system}Who paints?`);
    expect(texts(prefixes, 4)).toEqual([`${system}Wh`]);
  });

  test("are not what only one prompt had", () => {
    const prefixes = createPrefixes();
    prefixes.note(`${system}What is a river?`);
    prefixes.note(`${other}river`);
    expect(texts(prefixes, 4)).toEqual([]);
  });

  test("come in the order of their use, and no more than asked for", () => {
    const prefixes = createPrefixes();
    for (const question of ["a", "b"]) prefixes.note(other + question);
    for (const question of ["a", "b", "c"]) prefixes.note(system + question);
    expect(texts(prefixes, 2)).toEqual([system, other]);
    expect(texts(prefixes, 1)).toEqual([system]);
  });

  test("of a long conversation do not shrink to what a short one shares with it", () => {
    const prefixes = createPrefixes();
    const long = `${system}${"A turn of the conversation. ".repeat(400)}`;
    for (const question of ["a", "b"]) prefixes.note(long + question);
    prefixes.note(`${system}Something else.`);
    expect(texts(prefixes, 4)).toEqual([long]);
  });

  test("that are short, or longer than any context, are passed over", () => {
    const prefixes = createPrefixes();
    for (const question of ["a", "b"]) {
      prefixes.note(`Short. ${question}`);
      prefixes.note("x".repeat(1_000_001) + question);
    }
    expect(texts(prefixes, 4)).toEqual([]);
  });

  test("make way when there are many: the one that was used least first", () => {
    const prefixes = createPrefixes();
    for (const question of ["a", "b", "c"]) prefixes.note(system + question);
    for (let index = 0; index < 40; index++)
      for (const question of ["a", "b"]) prefixes.note(`Topic ${index}. ${other}${question}`);
    const list = texts(prefixes, 100);
    expect(list).toHaveLength(16);
    expect(list[0]).toBe(system);
  });

  test("of another run count on", () => {
    const earlier = createPrefixes();
    for (const question of ["a", "b"]) earlier.note(system + question);
    const prefixes = createPrefixes(earlier.list(4));
    expect(prefixes.list(4)).toEqual([{ text: system, uses: 2 }]);
    prefixes.note(`${system}c`);
    expect(prefixes.list(4)).toEqual([{ text: system, uses: 3 }]);
  });
});
