import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createAnswerReader } from "../../../src/generate/answer.ts";
import type { ContentEvent } from "../../../src/generate/parts.ts";
import { createReasoningSplitter } from "../../../src/generate/reasoning.ts";
import { toToolFormat } from "../../../src/generate/tools/detect.ts";
import type { ToolFormat, ToolPart } from "../../../src/generate/tools/format.ts";
import { toolFormatNames } from "../../../src/tool-formats.ts";
import { tool } from "../../generate/tools/parsing.ts";
import { cutAt, ended, places, runsOf, textOf } from "./fuzz.ts";

const tools = [
  tool("get_weather", { city: { type: "string" }, days: { type: "integer" }, any: {} }),
  tool("get_time"),
  tool("set-all", { on: { type: "array", items: { type: "boolean" } }, at: { $ref: "#/$defs/point" } }),
];
const names = tools.map(({ name }) => name);

const formats = toolFormatNames.map((name): [string, ToolFormat] => {
  const format = toToolFormat("", name);
  if (format === null) throw new Error(name);
  return [name, format];
});

/** What the families write, whole and in parts: each parser gets the others', too. */
const marks = [
  ...formats.flatMap(([, { markers }]) => [...markers]),
  "<tool_call>",
  "</tool_call>",
  "<function=",
  "</function>",
  "<parameter=",
  "</parameter>",
  "<arg_key>",
  "</arg_key>",
  "<arg_value>",
  "</arg_value>",
  '<function name="',
  '<param name="',
  "</param>",
  "<![CDATA[",
  "]]>",
  "<|channel|>",
  "<|message|>",
  "<|call|>",
  "commentary to=functions.",
  "analysis",
  "final",
  "call:",
  "functools",
  "functions.",
  ":0",
  "<think>",
  "</think>",
  '{"name": "',
  '"arguments": {',
  '"parameters": ',
  '"city": "Paris"',
  "city=",
  "city",
  "days",
  '\\"',
  "\\u00",
  "\\",
];
const plain = [
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  '"',
  "'",
  ",",
  ":",
  "=",
  ">",
  "<",
  "|",
  "\n",
  " ",
  "1",
  "-",
  "e5",
];
const words = ["true", "None", "null", "Hello", "é", "👍", "12345678901234567890123", "prose here "];
const texts = textOf([...marks, ...plain, ...words, ...names, ...names]);

function parse(format: ToolFormat, pieces: readonly string[]): ToolPart[] {
  const parser = format.createParser(tools);
  return merge([...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]);
}

function merge(parts: readonly ToolPart[]): ToolPart[] {
  const merged: ToolPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.type !== "call" && last?.type === part.type) last.text += part.text;
    else merged.push({ ...part });
  }
  return merged;
}

describe.each(formats)("whatever a model writes, %s", (_, format) => {
  test("reads the same however it is cut, names known tools alone, and loses no text", () => {
    fc.assert(
      fc.property(texts, places, (text, cuts) => {
        const whole = ended(() => parse(format, [text]));
        expect(ended(() => parse(format, cutAt(text, cuts)))).toEqual(whole);
        let from = 0;
        for (const part of whole) {
          if (part.type === "call") expect(names).toContain(part.name);
          if (part.type !== "content") continue;
          // In order, and where it says that it stood.
          const at = format.readsAll ? text.indexOf(part.text.slice(0, 1), from) : part.at;
          expect(at).toBeGreaterThanOrEqual(from);
          if (!hasMarkers(format, text)) expect(text.slice(at, at + part.text.length)).toBe(part.text);
          from = at;
        }
        const isPlain = whole.every(({ type }) => type === "content");
        if (isPlain && !format.readsAll) {
          expect(without(format.markers, contentOf(whole))).toBe(without(format.markers, text));
        }
      }),
      runsOf(150),
    );
  });
});

function hasMarkers({ readsAll, markers }: ToolFormat, text: string): boolean {
  return readsAll === true || markers.some((marker) => text.includes(marker));
}

/** Markers mean nothing to a client: a parser may drop them. */
function without(markers: readonly string[], text: string): string {
  const left = markers.reduce((rest, marker) => rest.replaceAll(marker, ""), text);
  return left === text ? text : without(markers, left);
}

function contentOf(parts: readonly ToolPart[]): string {
  return parts.map((part) => (part.type === "content" ? part.text : "")).join("");
}

const values = fc.record({
  city: fc.string({ unit: "grapheme", maxLength: 12 }),
  days: fc.integer(),
});

describe.each(formats.filter(([, { renderCalls }]) => renderCalls !== undefined))(
  "calls of %s",
  (_, format) => {
    test("are read as they are told", () => {
      fc.assert(
        fc.property(fc.array(values, { minLength: 1, maxLength: 3 }), places, (calls, cuts) => {
          const told = calls.map((call) => ({ name: "get_weather", arguments: JSON.stringify(call) }));
          const parts = parse(format, cutAt(format.renderCalls?.(told) ?? "", cuts));
          const read = parts.flatMap((part) => (part.type === "arguments" ? [JSON.parse(part.text)] : []));
          expect(read).toEqual(calls);
        }),
        runsOf(100),
      );
    });
  },
);

function readAnswer(format: ToolFormat | null, stops: readonly string[], pieces: readonly string[]) {
  let id = 0;
  const reader = createAnswerReader({
    reasoning: format?.readsAll
      ? null
      : createReasoningSplitter({ open: "<think>", close: "</think>", startsOpen: false }),
    calls: format === null ? null : format.createParser(tools),
    unmarked: format?.unmarked === true,
    markers: format?.markers ?? [],
    stops,
    newCallId: () => String(id++),
  });
  const events: ContentEvent[] = [];
  for (const piece of pieces) {
    if (!reader.stopped) events.push(...reader.push(piece, 1));
  }
  if (!reader.stopped) events.push(...reader.end());
  return { stopped: reader.stopped, events: join(events) };
}

function join(events: readonly ContentEvent[]): ContentEvent[] {
  const joined: ContentEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if ("text" in event && last !== undefined && "text" in last && last.type === event.type)
      last.text += event.text;
    else joined.push({ ...event });
  }
  return joined;
}

const stops = fc.array(fc.constantFrom("\n", "}", "Hello", "prose", "</", "👍", "ee", "<tool"), {
  maxLength: 3,
});

describe.each([...formats, ["no tools", null]])("an answer read with %s", (_, format) => {
  test("is the same however it is cut, with thoughts and stop strings", () => {
    fc.assert(
      fc.property(texts, stops, places, (text, ends, cuts) => {
        const whole = ended(() => readAnswer(format, ends, [text]));
        expect(ended(() => readAnswer(format, ends, cutAt(text, cuts)))).toEqual(whole);
        for (const event of whole.events) {
          if (event.type !== "text") continue;
          for (const end of ends) expect(event.text).not.toContain(end);
        }
      }),
      runsOf(100),
    );
  });
});

/** Longer than most answers; what is read again from each start takes minutes. */
const long = 40_000;

function repeat(piece: string): string {
  return piece.repeat(Math.ceil(long / piece.length));
}

describe.each([...formats, ["no tools", null]])("a text that only repeats, read with %s", (_, format) => {
  const read = (piece: string) => {
    const text = repeat(piece);
    ended(() => readAnswer(format, ["ee", "<tool_call>}"], [text]));
    ended(() => readAnswer(format, [], text.match(/[\s\S]{1,6}/g) ?? []));
  };

  test("one mark", () => {
    const own = format?.markers.slice(0, 2) ?? [];
    for (const mark of [...own, "<function=", "functools", "["]) read(mark);
  });

  test("any marks", () => {
    const few = textOf([...marks, ...plain, ...names], 5).filter((text) => text !== "");
    fc.assert(
      fc.property(few, (piece) => read(piece)),
      runsOf(10),
    );
  });
});
