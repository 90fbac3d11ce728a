import { OvError } from "../errors.ts";

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const longest = 200;
const mostNearest = 3;

/** The registry name of a folder: lower case, runs of anything else than a-z 0-9 become one `-`, trimmed. */
export function toSlug(folderName: string): string {
  const slug = folderName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return slug === "" ? "model" : slug;
}

/** The slug itself where it is free, else the first free one of slug-2, slug-3, … */
export function toFreeName(slug: string, taken: (name: string) => boolean): string {
  if (!taken(slug)) return slug;
  let number = 2;
  while (taken(`${slug}-${number}`)) number += 1;
  return `${slug}-${number}`;
}

/** Throws `invalid_request` for what is no name: a person must be able to read it and to type it again. */
export function checkName(name: string, what = "a model's name"): void {
  const why = findNameFault(name);
  if (why === null) return;
  const shown = JSON.stringify(name.length > longest ? `${name.slice(0, longest)}…` : name);
  throw new OvError("invalid_request", {
    what: `Cannot use ${shown} as ${what}`,
    why,
    next: "Choose another one.",
  });
}

/** Why a text cannot be a name, as a clause; null: it can. */
export function findNameFault(name: string): string | null {
  if (name === "") return "it is empty";
  if (name !== name.trim()) return "it starts or ends with a space";
  if (unseen.test(name)) return "it has invisible characters";
  if (name.startsWith("-")) return 'it starts with "-"';
  if (name === "__proto__") return "it is reserved";
  return name.length > longest ? `it is longer than ${longest} characters` : null;
}

/** The known names that a mistyped one may mean, best first, at most three; empty: none is near. */
export function findNearest(asked: string, known: readonly string[]): string[] {
  const wanted = asked.toLowerCase();
  const rated = known.map((name) => ({ name, distance: rate(wanted, name.toLowerCase()) }));
  return rated
    .filter(({ distance }) => distance <= toMost(asked.length))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, mostNearest)
    .map(({ name }) => name);
}

/** How many slips a word of that length may have. */
function toMost(length: number): number {
  return length <= 3 ? 1 : Math.max(2, Math.floor(length / 3));
}

/** A part of a name counts as one slip, whatever is missing of it; so does its start, beside its own slips. */
function rate(asked: string, name: string): number {
  if (asked.length > 1 && name !== asked && name.includes(asked)) return 1;
  return Math.min(measureEdits(asked, name), 1 + measureEdits(asked, name.slice(0, asked.length)));
}

/** Levenshtein's distance: how many characters to put in, take out or replace. */
function measureEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
