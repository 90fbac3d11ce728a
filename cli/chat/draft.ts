const quotes = '"""';

export interface Draft {
  /** What the line completes; undefined: it is continued on the next one. */
  add(line: string): string | undefined;
  /** Drops what was typed so far. */
  clear(): void;
  isOpen(): boolean;
}

/**
 * Puts what somebody types together: a line that ends in a backslash goes on, and so does everything from `"""` to the
 * next `"""`.
 */
export function createDraft(): Draft {
  let lines: string[] = [];
  let isQuoted = false;

  function finish(): string {
    const text = lines.join("\n");
    lines = [];
    isQuoted = false;
    return text;
  }

  function addQuoted(text: string): string | undefined {
    const end = text.trimEnd();
    if (!end.endsWith(quotes)) return void lines.push(text);
    lines.push(end.slice(0, -quotes.length));
    return finish().trim();
  }

  return {
    add(line) {
      if (isQuoted) return addQuoted(line);
      if (lines.length === 0 && line.trimStart().startsWith(quotes)) {
        isQuoted = true;
        return addQuoted(line.trimStart().slice(quotes.length));
      }
      const [slashes = ""] = /\\*$/.exec(line) ?? [];
      if (slashes.length % 2 === 1) return void lines.push(line.slice(0, -1));
      lines.push(line);
      return finish();
    },
    clear: () => void finish(),
    isOpen: () => isQuoted || lines.length > 0,
  };
}
