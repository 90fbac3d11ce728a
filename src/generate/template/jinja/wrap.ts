import type { Budget } from "./budget.ts";

interface WrapOptions {
  breakLong: boolean;
  breakHyphens: boolean;
}

/** One line's text in lines of a width, as Python's textwrap does it without changing white space inside. */
export function wrapText(text: string, width: number, options: WrapOptions, budget: Budget): string[] {
  const chunks = toChunks(text, options.breakHyphens).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const line: string[] = [];
    let length = 0;
    if (lines.length > 0 && isBlank(chunks.at(-1))) chunks.pop();
    for (let next = chunks.at(-1); next !== undefined && length + size(next) <= width; next = chunks.at(-1)) {
      line.push(next);
      length += size(next);
      chunks.pop();
    }
    const next = chunks.at(-1);
    if (next !== undefined) budget.text(next.length);
    if (next !== undefined && size(next) > width)
      breakChunk(chunks, line, Math.max(1, width - length), options);
    if (isBlank(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.join(""));
  }
  return lines;
}

const size = (chunk: string): number => [...chunk].length;
const isBlank = (chunk: string | undefined): boolean => chunk !== undefined && chunk.trim() === "";

function breakChunk(
  chunks: string[],
  line: string[],
  room: number,
  { breakLong, breakHyphens }: WrapOptions,
): void {
  const chunk = chunks.pop() ?? "";
  if (!breakLong) {
    if (line.length === 0) line.push(chunk);
    else chunks.push(chunk);
    return;
  }
  const characters = [...chunk];
  const hyphen = breakHyphens ? characters.lastIndexOf("-", room - 1) : -1;
  const at = hyphen > 0 && characters.slice(0, hyphen).some((char) => char !== "-") ? hyphen + 1 : room;
  line.push(characters.slice(0, at).join(""));
  chunks.push(characters.slice(at).join(""));
}

/** Words, the white space between them, and the parts of words with hyphens. */
function toChunks(text: string, breakHyphens: boolean): string[] {
  const chunks = text.split(/(\s+)/).filter((chunk) => chunk !== "");
  if (!breakHyphens) return chunks;
  return chunks.flatMap((chunk) =>
    isBlank(chunk) ? [chunk] : chunk.split(/(?<=[\p{L}\p{N}_]{2}-)(?=[\p{L}_]{2})/u),
  );
}
