/** Ends an answer at the first stop string, even one that arrives in pieces. */
export interface StopFilter {
  /** Takes new text; returns what may be sent. After a stop everything further is dropped. */
  push(text: string): string;
  /** What was held back because a stop string could have started there. */
  flush(): string;
  /** The stop string that matched. */
  readonly met: string | null;
  /** How much is held back, in UTF-16 units. */
  readonly held: number;
}

/**
 * Holds back only what could be the start of a stop string; the stop string itself never goes out
 * (OpenAI API reference, `stop`).
 */
export function createStopFilter(stops: readonly string[]): StopFilter {
  let held = "";
  let met: string | null = null;

  return {
    push(text) {
      if (met !== null) return "";
      if (stops.length === 0) return text;
      held += text;
      const found = findFirst(held, stops);
      const end = found ? found.at : held.length - overlap(held, stops);
      const out = held.slice(0, end);
      held = found ? "" : held.slice(end);
      met = found?.stop ?? null;
      return out;
    },
    flush() {
      const rest = held;
      held = "";
      return rest;
    },
    get met() {
      return met;
    },
    get held() {
      return held.length;
    },
  };
}

/** The earliest match, and of those that start together the shortest: it is complete first, however the text is split. */
function findFirst(text: string, stops: readonly string[]): { stop: string; at: number } | undefined {
  const found = stops.map((stop) => ({ stop, at: text.indexOf(stop) })).filter(({ at }) => at !== -1);
  return found.sort((a, b) => a.at - b.at || a.stop.length - b.stop.length)[0];
}

/** Length of the longest end of `text` that starts one of the stop strings. */
export function overlap(text: string, stops: readonly string[]): number {
  const longest = Math.min(text.length, Math.max(...stops.map((stop) => stop.length)) - 1);
  for (let length = longest; length > 0; length--) {
    const end = text.slice(-length);
    if (stops.some((stop) => stop.startsWith(end))) return length;
  }
  return 0;
}
