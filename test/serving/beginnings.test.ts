import { describe, expect, test } from "bun:test";
import { type Beginnings, createBeginnings } from "../../src/serving/beginnings.ts";

const system = "You are careful. ".repeat(200);
const other = "Translate what you are given. ".repeat(200);

const texts = (beginnings: Beginnings, most: number) => beginnings.list(most).map(({ text }) => text);

describe("beginnings of prompts", () => {
  test("are what two prompts share, up to the character where they differ", () => {
    const beginnings = createBeginnings();
    beginnings.note(`${system}What is a river?`);
    beginnings.note(`${system}Who paints?`);
    expect(texts(beginnings, 4)).toEqual([`${system}Wh`]);
  });

  test("are not what only one prompt had", () => {
    const beginnings = createBeginnings();
    beginnings.note(`${system}What is a river?`);
    beginnings.note(`${other}river`);
    expect(texts(beginnings, 4)).toEqual([]);
  });

  test("come in the order of their use, and no more than asked for", () => {
    const beginnings = createBeginnings();
    for (const question of ["a", "b"]) beginnings.note(other + question);
    for (const question of ["a", "b", "c"]) beginnings.note(system + question);
    expect(texts(beginnings, 2)).toEqual([system, other]);
    expect(texts(beginnings, 1)).toEqual([system]);
  });

  test("of a long conversation do not shrink to what a short one shares with it", () => {
    const beginnings = createBeginnings();
    const long = `${system}${"A turn of the conversation. ".repeat(400)}`;
    for (const question of ["a", "b"]) beginnings.note(long + question);
    beginnings.note(`${system}Something else.`);
    expect(texts(beginnings, 4)).toEqual([long]);
  });

  test("that are short, or longer than any context, are passed over", () => {
    const beginnings = createBeginnings();
    for (const question of ["a", "b"]) {
      beginnings.note(`Short. ${question}`);
      beginnings.note("x".repeat(1_000_001) + question);
    }
    expect(texts(beginnings, 4)).toEqual([]);
  });

  test("make way when there are many: the one that was used least first", () => {
    const beginnings = createBeginnings();
    for (const question of ["a", "b", "c"]) beginnings.note(system + question);
    for (let index = 0; index < 40; index++)
      for (const question of ["a", "b"]) beginnings.note(`Topic ${index}. ${other}${question}`);
    const list = texts(beginnings, 100);
    expect(list).toHaveLength(16);
    expect(list[0]).toBe(system);
  });

  test("of another run count on", () => {
    const earlier = createBeginnings();
    for (const question of ["a", "b"]) earlier.note(system + question);
    const beginnings = createBeginnings(earlier.list(4));
    expect(beginnings.list(4)).toEqual([{ text: system, uses: 2 }]);
    beginnings.note(`${system}c`);
    expect(beginnings.list(4)).toEqual([{ text: system, uses: 3 }]);
  });
});
