import { fail } from "./failure.ts";
import { type Given, needInt, needText } from "./runtime.ts";
import type { Value } from "./values.ts";
import { isSpace, skipSpace, trimEnd } from "./white-space.ts";

/** Python's `split` and `rsplit`. */
export function splitText(text: string, [sep, limit]: Given, fromEnd: boolean): Value[] {
  const most = needInt(limit, "split()", -1);
  const times = most < 0 ? Number.POSITIVE_INFINITY : most;
  if (sep === undefined || sep === null)
    return fromEnd ? splitWordsFromEnd(text, times) : splitWords(text, times);
  const separator = needText(sep, "split()");
  if (separator === "") return fail("empty separator");
  const pieces = text.split(separator);
  if (pieces.length - 1 <= times) return pieces;
  if (!fromEnd) return [...pieces.slice(0, times), pieces.slice(times).join(separator)];
  const at = pieces.length - times;
  return [pieces.slice(0, at).join(separator), ...pieces.slice(at)];
}

function splitWords(text: string, times: number): Value[] {
  const words: string[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    if (words.length >= times) return [...words, text.slice(at)];
    let end = at;
    while (end < text.length && !isSpace(text.charAt(end))) end += 1;
    words.push(text.slice(at, end));
    at = skipSpace(text, end);
  }
  return words;
}

function splitWordsFromEnd(text: string, times: number): Value[] {
  const words: string[] = [];
  let rest = trimEnd(text);
  while (rest !== "" && skipSpace(rest, 0) < rest.length) {
    if (words.length >= times) return [rest, ...words.reverse()];
    let at = rest.length;
    while (at > 0 && !isSpace(rest.charAt(at - 1))) at -= 1;
    words.push(rest.slice(at));
    rest = trimEnd(rest.slice(0, at));
  }
  return words.reverse();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Python ends lines at them
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

export function splitLines(text: string, keepEnds: boolean): Value[] {
  const lines: string[] = [];
  let from = 0;
  for (const match of text.matchAll(lineEnd)) {
    const end = match.index + match[0].length;
    lines.push(text.slice(from, keepEnds ? end : match.index));
    from = end;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
}
