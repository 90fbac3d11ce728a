import { expect, test } from "bun:test";
import type { Tool, ToolFormat, ToolPart } from "../../../src/generate/tools/format.ts";
import { toStrictGrammar } from "../../helpers/strict-grammar.ts";

/** Content is a string, a call its name and the text of its arguments. */
export type Expected = string | [name: string, argumentsText: string] | { reasoning: string };

/** What a case is called, the model's text, and what it is. */
export type Case = readonly [name: string, text: string, expected: readonly Expected[]];

/** Each case parsed whole and cut in every way: the outcome must be the same. */
export function testParser(format: ToolFormat, tools: readonly Tool[], cases: readonly Case[]): void {
  test.each(cases)("%s", (_name, text, expected) => {
    for (const pieces of cuts(text))
      expect(parse(format, tools, pieces), cutName(pieces)).toEqual([...expected]);
  });
}

export function parse(format: ToolFormat, tools: readonly Tool[], pieces: readonly string[]): Expected[] {
  const parser = format.createParser(tools);
  return merge([...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]);
}

function merge(parts: readonly ToolPart[]): Expected[] {
  const merged: Expected[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.type === "call") merged.push([part.name, ""]);
    else if (part.type === "arguments") {
      if (!Array.isArray(last)) throw new Error(`arguments without a call: ${part.text}`);
      last[1] += part.text;
    } else if (part.type === "reasoning") {
      if (typeof last === "object" && "reasoning" in last) last.reasoning += part.text;
      else merged.push({ reasoning: part.text });
    } else if (typeof last === "string") merged[merged.length - 1] = last + part.text;
    else merged.push(part.text);
  }
  return merged;
}

/**
 * Whole, and, unless that is too much, at every character (UTF-16 unit), at every single place, in words and marks as
 * tokens are, and at random.
 */
function cuts(text: string): string[][] {
  if (text.length > 1000) return [[text], random(text, 1)];
  const everywhere = Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)]);
  const tokens = text.match(/ ?\w+|\s+|[^\w\s]{1,3}/gu) ?? [];
  return [
    [text],
    text.split(""),
    tokens,
    ...everywhere,
    ...Array.from({ length: 30 }, (_, seed) => random(text, seed)),
  ];
}

function random(text: string, seed: number): string[] {
  const pieces: string[] = [];
  let state = seed + 1;
  for (let at = 0; at < text.length; ) {
    state = (state * 48_271) % 2_147_483_647;
    const length = 1 + (state % 9);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

function cutName(pieces: readonly string[]): string {
  return pieces.length > 12 ? `${pieces.length} pieces` : JSON.stringify(pieces);
}

/** The properties may refer to `#/$defs/point`. */
export function tool(name: string, properties: Record<string, unknown> = {}, required: string[] = []): Tool {
  const $defs = { point: { type: "object" } };
  const parameters = { type: "object", properties, required, $defs };
  return { name, parameters, grammar: toStrictGrammar(parameters, "tools") };
}
