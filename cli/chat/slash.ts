import { findNearest } from "../../src/nearest.ts";
import { wrap } from "../help/wrap.ts";

/** The commands of a chat, with what follows them and what they do. */
const table = {
  model: ["[NAME]", "Continue with another model, pulled first if it is not here; alone: list the models"],
  system: ['[TEXT|""]', 'Set the instructions; "" removes them; alone: show them'],
  image: ["[FILE]", "Send a picture with the next message; alone: drop the waiting ones"],
  save: ["FILE", "Write the conversation to a file, as JSON if its name ends in .json, else as Markdown"],
  clear: ["", "Forget the conversation; the instructions stay"],
  help: ["", "Show this list"],
  exit: ["", "Quit; so do Ctrl-D, and Ctrl-C twice at an empty prompt"],
} as const satisfies Record<string, [string, string]>;

export type SlashName = keyof typeof table;

const synonyms: Readonly<Record<string, SlashName>> = { bye: "exit", quit: "exit", "?": "help" };

export type Slash = { name: SlashName; rest: string } | { name: "unknown"; problem: string };

/**
 * A line as a command; null: it is a message. A space before the slash makes a message of it, and so do several lines that
 * start with no command's name.
 */
export function parseSlash(text: string): Slash | null {
  const [, word, rest = ""] = /^\/(\S*)(?:\s+([\s\S]*))?$/.exec(text) ?? [];
  if (word === undefined) return null;
  const name = synonyms[word] ?? word;
  if (isName(name)) return { name, rest: rest.trim() };
  if (text.includes("\n")) return null;
  const [near] = findNearest(word, Object.keys(table));
  const known = near === undefined ? "/help lists them" : `did you mean /${near}?`;
  const problem = `There is no command ${JSON.stringify(`/${word}`)}: ${known}. Put a space before the slash to send it as a message.`;
  return { name: "unknown", problem: problem.replace("?.", "?") };
}

function isName(name: string): name is SlashName {
  return Object.hasOwn(table, name);
}

/** `width`: columns; null: no terminal. */
export function renderSlashHelp(width: number | null): string {
  const rows = Object.entries(table).map(
    ([name, [rest, help]]) => [`/${name} ${rest}`.trim(), help] as const,
  );
  const widest = Math.max(...rows.map(([usage]) => usage.length));
  const room = width === null ? null : width - widest - 4;
  const lines = rows.flatMap(([usage, help]) =>
    wrap(help, room).map((line, at) => `  ${(at === 0 ? usage : "").padEnd(widest)}  ${line}`),
  );
  const notes = [
    'A message of several lines: end a line with a backslash, or put the message between two """.',
    "Ctrl-C stops an answer.",
  ];
  return `${[...lines, "", ...notes.flatMap((note) => wrap(note, width))].join("\n")}\n`;
}
