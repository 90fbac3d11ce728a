const narrowest = 20;

/** Text in lines of at most `columns`, broken between words; null: one line. A word that is longer keeps a line of its own. */
export function wrap(text: string, columns: number | null): string[] {
  if (columns === null) return [text];
  const most = Math.max(narrowest, columns);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && Bun.stringWidth(longer) > most) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
