import { describe, expect, test } from "bun:test";
import { createReasoningSplitter, type ReasoningPart } from "../../src/generate/reasoning.ts";

const think = { open: "<think>", close: "</think>" };
const closed = { ...think, startsOpen: false };
const opened = { ...think, startsOpen: true };
const magistral = { open: "[THINK]", close: "[/THINK]", startsOpen: false };
const granite = { open: "Here is my thought process:", close: "Here is my response:", startsOpen: false };

type Tags = typeof closed;

function run(tags: Tags, pieces: string[]): { reasoning: string; content: string } {
  const splitter = createReasoningSplitter(tags);
  const parts: ReasoningPart[] = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
  const of = (type: ReasoningPart["type"]) =>
    parts.flatMap((part) => (part.type === type ? [part.text] : [])).join("");
  const firstContent = parts.findIndex(({ type }) => type === "content");
  if (firstContent !== -1)
    expect(parts.slice(firstContent).every(({ type }) => type === "content")).toBe(true);
  expect(parts.every(({ text }) => text !== "")).toBe(true);
  return { reasoning: of("reasoning"), content: of("content") };
}

const cases: [name: string, tags: Tags, text: string, reasoning: string, content: string][] = [
  ["no block", closed, "Hello <b>you</b>.", "", "Hello <b>you</b>."],
  ["nothing at all", closed, "", "", ""],
  ["a block and an answer", closed, "<think>Hm.</think>Yes.", "Hm.", "Yes."],
  ["white space around the block", closed, "\n<think>\n\nHm.\n\n</think>\n\nYes.\n", "Hm.", "Yes.\n"],
  ["white space within the block stays", closed, "<think>a\n\n b</think> c\n d", "a\n\n b", "c\n d"],
  ["an empty block", closed, "<think>\n\n</think>\n\nYes.", "", "Yes."],
  ["a block that is not closed", closed, "<think>\nHm, and", "Hm, and", ""],
  ["a block that ends within the closing tag", closed, "<think>Hm</thi", "Hm</thi", ""],
  ["a block without an answer", closed, "<think>Hm.</think>", "Hm.", ""],
  ["a block with white space for an answer", closed, "<think>Hm.</think>\n\n", "Hm.", ""],
  ["a block that the prompt has opened", opened, "Hm.\n</think>\n\nYes.", "Hm.", "Yes."],
  ["an opened block with white space first", opened, "\nHm.</think>Yes.", "Hm.", "Yes."],
  ["an opened block, the tag written again", opened, "<think>\nHm.\n</think>\nYes.", "Hm.", "Yes."],
  ["an opened block that is closed at once", opened, "</think>\n\nYes.", "", "Yes."],
  ["an opened block that is not closed", opened, "Hm. <b", "Hm. <b", ""],
  ["an opened block with nothing", opened, "", "", ""],
  ["an opened block with the begin of the tag", opened, "<thi", "<thi", ""],
  ["a closing tag first", closed, "</think>\n\nYes.", "", "Yes."],
  ["a closing tag in the answer", closed, "Yes.</think> And", "", "Yes.</think> And"],
  ["a block in the middle of the answer", closed, "Write <think>x</think>.", "", "Write <think>x</think>."],
  ["a second block", closed, "<think>a</think>b<think>c</think>", "a", "b<think>c</think>"],
  ["an opening tag within the block", closed, "<think>a<think>b</think>c", "a<think>b", "c"],
  ["false starts of the closing tag", closed, "<think>a </ </thin </think>b", "a </ </thin", "b"],
  ["a doubled bracket", closed, "<think>a<</think>b", "a<", "b"],
  ["what only begins as the tag", closed, "<thinking>a", "", "<thinking>a"],
  ["the begin of the tag as an answer", closed, "<th", "", "<th"],
  ["white space before an answer without a block", closed, "\n Yes.", "", "\n Yes."],
  ["only white space", closed, " \n", "", " \n"],
  ["other tags", magistral, "[THINK]Hm.[/THINK]Yes [THINK].", "Hm.", "Yes [THINK]."],
  ["other tags, false starts", magistral, "[THINK][/[/TH[/THINK]x", "[/[/TH", "x"],
  [
    "sentences for tags",
    granite,
    "Here is my thought process:\nHm. Here is\n\nHere is my response:\nYes.",
    "Hm. Here is",
    "Yes.",
  ],
  ["characters outside the BMP", closed, "<think>🙂</think>🙃", "🙂", "🙃"],
];

describe("the reasoning splitter", () => {
  for (const [name, tags, text, reasoning, content] of cases) {
    test(`${name}: whole and split at every character`, () => {
      expect(run(tags, [text])).toEqual({ reasoning, content });
      expect(run(tags, [...text])).toEqual({ reasoning, content });
      for (let at = 1; at < text.length; at++) {
        expect(run(tags, [text.slice(0, at), text.slice(at)])).toEqual({ reasoning, content });
      }
    });
  }

  test("holds back no more than what could be a tag", () => {
    const splitter = createReasoningSplitter(opened);
    expect(splitter.push("Let me ")).toEqual([{ type: "reasoning", text: "Let me" }]);
    expect(splitter.push("see </")).toEqual([{ type: "reasoning", text: " see" }]);
    expect(splitter.push("b>")).toEqual([{ type: "reasoning", text: " </b>" }]);
    expect(splitter.push("\n</think>\n")).toEqual([]);
    expect(splitter.push("Yes <think>")).toEqual([{ type: "content", text: "Yes <think>" }]);
  });
});
