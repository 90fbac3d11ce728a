import { writeFileSync } from "node:fs";
import { expandPath } from "../../src/config/paths.ts";
import { OvError, toSystemCode } from "../../src/errors.ts";
import type { ChatTurn } from "./answer.ts";

/**
 * Writes a conversation to a new file that only its owner may read, or over one of `own`; returns its path. Throws
 * `invalid_request` where another one is, and what the file system reports.
 */
export function saveConversation(file: string, model: string, turns: ChatTurn[], own: Set<string>): string {
  const path = expandPath(file);
  const text = path.endsWith(".json")
    ? `${JSON.stringify({ model, messages: turns }, null, 2)}\n`
    : renderMarkdown(model, turns);
  try {
    writeFileSync(path, text, { mode: 0o600, flag: own.has(path) ? "w" : "wx" });
  } catch (error) {
    throw toSystemCode(error) === "EEXIST" ? taken(path) : error;
  }
  own.add(path);
  return path;
}

function taken(path: string): OvError {
  const what = `Cannot save the conversation in ${JSON.stringify(path)}`;
  return new OvError("invalid_request", {
    what,
    why: "it already exists",
    next: "Name a new file.",
  });
}

function renderMarkdown(model: string, turns: ChatTurn[]): string {
  const titles = { system: "Instructions", user: "Question", assistant: "Answer" } as const;
  const parts = turns.map(({ role, content }) => `## ${titles[role]}\n\n${toText(content).trim()}\n`);
  return [`# Chat with ${model}\n`, ...parts].join("\n");
}

/** Pictures stay out of Markdown: their data would bury the text. */
function toText(content: ChatTurn["content"]): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "_(a picture)_")).join("\n\n");
}
