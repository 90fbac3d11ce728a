import { fail } from "./failure.ts";
import { readTokens, type Token } from "./tokens.ts";
import { skipSpace, trimEnd } from "./white-space.ts";

/** Text between tags, or the tokens within one. */
export type Segment = { type: "text"; text: string } | { type: "print" | "block"; tokens: Token[] };

/**
 * A template's text and tags as Jinja2 reads them with trim_blocks and lstrip_blocks: a line break right behind a
 * block or comment is cut, white space from the line's start to one is cut, `-` cuts all on its side and `+` keeps it.
 */
export function readSegments(template: string): Segment[] {
  const source = template.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const segments: Segment[] = [];
  let at = 0;
  let lineStarts = true;
  while (at < source.length) {
    const open = findOpening(source, at);
    const end = open === -1 ? source.length : open;
    const kind = source[open + 1];
    const mark = source[open + 2];
    const text = open === -1 ? source.slice(at) : cutEnd(source.slice(at, end), kind, mark, lineStarts);
    if (text !== "") segments.push({ type: "text", text });
    if (open === -1) break;
    const start = open + (mark === "-" || mark === "+" ? 3 : 2);
    if (kind === "#") {
      at = skipComment(source, start);
    } else {
      const rest = kind === "%" ? readRaw(source, start) : null;
      if (rest) {
        if (rest.text !== "") segments.push({ type: "text", text: rest.text });
        at = rest.end;
      } else {
        const tag = readTokens(source, start, kind === "%" ? "%}" : "}}");
        segments.push({ type: kind === "%" ? "block" : "print", tokens: tag.tokens });
        at = tag.end;
      }
    }
    lineStarts = source[at - 1] === "\n";
  }
  return segments;
}

function findOpening(source: string, from: number): number {
  for (let at = source.indexOf("{", from); at !== -1; at = source.indexOf("{", at + 1)) {
    const next = source[at + 1];
    if (next === "%" || next === "{" || next === "#") return at;
  }
  return -1;
}

/** The text before a tag, without what the tag cuts of it. */
function cutEnd(
  text: string,
  kind: string | undefined,
  mark: string | undefined,
  lineStarts: boolean,
): string {
  if (mark === "-") return trimEnd(text);
  if (mark === "+" || kind === "{") return text;
  const line = text.lastIndexOf("\n") + 1;
  if (line === 0 && !lineStarts) return text;
  return skipSpace(text, line) < text.length ? text : text.slice(0, line);
}

function skipComment(source: string, from: number): number {
  const close = source.indexOf("#}", from);
  if (close === -1) return fail("a comment is not closed");
  return source[close - 1] === "-" && close > from
    ? skipSpace(source, close + 2)
    : source[close - 1] === "+" && close > from
      ? close + 2
      : skipLineBreak(source, close + 2);
}

const rawStart = /\s*raw\s*(-?)%\}/y;
const rawEnd = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;

/** The text up to `{% endraw %}` if a `raw` block starts here. */
function readRaw(source: string, from: number): { text: string; end: number } | null {
  rawStart.lastIndex = from;
  const start = rawStart.exec(source);
  if (!start) return null;
  const begin = start[1] === "-" ? skipSpace(source, rawStart.lastIndex) : rawStart.lastIndex;
  rawEnd.lastIndex = begin;
  const close = rawEnd.exec(source);
  if (!close) return fail("a raw block is not closed");
  const text = cutEnd(source.slice(begin, close.index), "%", close[1], source[begin - 1] === "\n");
  const behind = close.index + close[0].length;
  const end =
    close[2] === "-" ? skipSpace(source, behind) : close[2] === "+" ? behind : skipLineBreak(source, behind);
  return { text, end };
}

function skipLineBreak(source: string, at: number): number {
  return source[at] === "\n" ? at + 1 : at;
}
