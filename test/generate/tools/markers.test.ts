import { expect, test } from "bun:test";
import { createAnswerReader } from "../../../src/generate/answer.ts";
import type { ContentEvent } from "../../../src/generate/parts.ts";
import { createReasoningSplitter } from "../../../src/generate/reasoning.ts";
import { toToolFormat } from "../../../src/generate/tools/detect.ts";
import { toolFormatNames } from "../../../src/tool-formats.ts";
import { tool } from "./parsing.ts";

const tools = [tool("get_weather")];
const think = { open: "<think>", close: "</think>", startsOpen: false };

function read(name: (typeof toolFormatNames)[number], pieces: readonly string[]): ContentEvent[] {
  const format = toToolFormat("", name);
  if (!format) throw new Error(name);
  const reader = createAnswerReader({
    reasoning: format.readsAll ? null : createReasoningSplitter(think),
    calls: format.createParser(tools),
    unmarked: format.unmarked ?? false,
    markers: format.markers,
    stops: [],
    newCallId: () => "id",
  });
  const parts = pieces.flatMap((piece) => (reader.stopped ? [] : reader.push(piece, 1)));
  return [...parts, ...(reader.stopped ? [] : reader.end())];
}

const shown = (parts: ContentEvent[], type: "text" | "reasoning") =>
  parts.map((part) => (part.type === type ? part.text : "")).join("");

/** Where a marker may stand that no call uses up. */
const places: [name: string, write: (marker: string) => string][] = [
  ["at the start", (marker) => `${marker}It is sunny.`],
  ["in the middle", (marker) => `It is ${marker} sunny.`],
  ["at the end", (marker) => `It is sunny.${marker}`],
  ["in a thought", (marker) => `<think>Hm ${marker} so.</think>It is sunny.`],
  ["at a thought's end", (marker) => `<think>Hm.${marker}</think>${marker}It is sunny.`],
  ["with a name", (marker) => `It is ${marker}nope{"a": 1} sunny.`],
];

for (const name of toolFormatNames) {
  const markers = toToolFormat("", name)?.markers ?? [];
  test.each(places)(`${name} shows none of its special tokens that stands %s`, (_place, write) => {
    for (const first of markers) {
      for (const text of [write(first), write(markers.join("")), write(`${first}${first}`)]) {
        for (const pieces of [[text], [...text]]) {
          const parts = read(name, pieces);
          for (const marker of markers) {
            expect(shown(parts, "text"), text).not.toContain(marker);
            expect(shown(parts, "reasoning"), text).not.toContain(marker);
          }
        }
      }
    }
  });
}

const spoken = ["hermes", "qwen3-coder", "glm", "minicpm5"] as const;
test.each(spoken)("%s keeps a marker of ordinary text where prose names it", (name) => {
  const marker = name === "minicpm5" ? "<function" : "<tool_call>";
  const text = `The form is ${marker} tags, fine.`;
  for (const pieces of [[text], [...text]]) expect(shown(read(name, pieces), "text")).toBe(text);
  const thought = `<think>${text}</think>Yes.`;
  expect(shown(read(name, [...thought]), "reasoning")).toBe(text);
});
