import { appendFileSync, chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { toReason } from "../errors.ts";
import { readTextFile } from "../files.ts";
import { writeAtomically } from "../linux/atomic-file.ts";

const mostLines = 1000;
const longestLine = 4000;

export interface ChatHistory {
  /** What was typed in earlier chats, the oldest first. */
  lines: string[];
  add(line: string): void;
}

/**
 * The lines typed in chats, in a file that only its owner may read; the last 1,000 are kept. A file that cannot be used
 * is reported once, and nothing is kept.
 */
export function openChatHistory(path: string, report: (problem: string) => void): ChatHistory {
  let isUsable = true;
  const attempt = <Result>(work: () => Result, otherwise: Result): Result => {
    if (!isUsable) return otherwise;
    try {
      return work();
    } catch (error) {
      isUsable = false;
      report(`Cannot keep what is typed in ${JSON.stringify(path)}: ${toReason(error)}.`);
      return otherwise;
    }
  };
  return {
    lines: attempt(() => prepare(path), []),
    add(line) {
      const text = line.trim();
      if (text === "" || text.length > longestLine) return;
      attempt(() => appendFileSync(path, `${text}\n`, { mode: 0o600 }), undefined);
    },
  };
}

function prepare(path: string): string[] {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  appendFileSync(path, "", { mode: 0o600 });
  chmodSync(path, 0o600);
  const all = readTextFile(path)
    .split("\n")
    .filter((line) => line !== "");
  const kept = all.slice(-mostLines);
  // Rarely, so that two chats at once seldom meet here; what is appended between is all that could be lost.
  if (all.length > 2 * mostLines) writeAtomically(path, `${kept.join("\n")}\n`, 0o600);
  return kept;
}
