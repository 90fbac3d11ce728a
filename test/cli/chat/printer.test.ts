import { describe, expect, test } from "bun:test";
import type { AnswerPiece } from "../../../cli/chat/answer.ts";
import { createPrinter, type PrinterOptions } from "../../../cli/chat/printer.ts";

type Texts = [type: "text" | "reasoning", text: string][];

async function print(pieces: Texts, options: Pick<PrinterOptions, "isTerminal" | "hasColors">) {
  let out = "";
  const write = async (text: string) => {
    out += text;
    return true;
  };
  const printer = createPrinter({ ...options, write });
  for (const [type, text] of pieces) await printer.print({ type, text });
  const end: AnswerPiece = { type: "end", reason: "stop", usage: null, timings: null };
  await printer.print(end);
  await printer.end();
  return out;
}

const thought: Texts = [
  ["reasoning", "Let me"],
  ["reasoning", " see"],
  ["text", "\n\n"],
  ["text", "Yes"],
  ["text", "."],
];

describe("createPrinter", () => {
  const terminal = { isTerminal: true, hasColors: true };

  test("shows a thought dim, and an empty line before the answer", async () => {
    expect(await print(thought, terminal)).toBe("\u001B[2mLet me\u001B[0m\u001B[2m see\u001B[0m\n\nYes.\n");
  });

  test("marks a thought with words where there are no colours", async () => {
    expect(await print(thought, { ...terminal, hasColors: false })).toBe(
      "[thought]\nLet me see\n[end of the thought]\n\nYes.\n",
    );
  });

  test("prints the answer alone where nobody watches", async () => {
    expect(await print(thought, { isTerminal: false, hasColors: false })).toBe("Yes.\n");
  });

  test("lets no answer steer the terminal", async () => {
    const hostile: Texts = [["text", "a\u001B]0;title\u0007b\u009B31mc\td\n"]];
    expect(await print(hostile, terminal)).toBe("a]0;titleb31mc\td\n");
    expect(await print(hostile, { isTerminal: false, hasColors: false })).toBe(hostile[0]?.[1] ?? "");
  });

  test("reports that the reader has left", async () => {
    const printer = createPrinter({ ...terminal, write: async () => false });
    expect(await printer.print({ type: "text", text: "a" })).toBe(false);
  });
});
