/** What Python's str takes for white space: JavaScript's own list has U+FEFF and lacks the separators U+001C to U+001F and U+0085. */
const spaces = new Set(
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
);

export function isSpace(char: string): boolean {
  return spaces.has(char);
}

/** The first place from `from` on that is no white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && spaces.has(text.charAt(at))) at += 1;
  return at;
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && spaces.has(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

export function trim(text: string): string {
  return trimEnd(text.slice(skipSpace(text, 0)));
}
