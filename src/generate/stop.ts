/** Ends an answer at the first stop string, also one that comes in pieces. */
export interface StopFilter {
  /** New text in; what may go out. After `stopped` everything further is dropped. */
  push(text: string): { text: string; stopped: boolean };
  /** What was held back as the possible begin of a stop string, when the answer ends without it. */
  flush(): string;
}

/**
 * Holds back only what could be the begin of a stop string; the stop string itself never goes out
 * (OpenAI API reference, `stop`).
 */
export function createStopFilter(stops: readonly string[]): StopFilter {
  let held = "";
  let stopped = false;

  return {
    push(text) {
      if (stopped) return { text: "", stopped };
      if (stops.length === 0) return { text, stopped };
      held += text;
      const at = firstMatch(held, stops);
      stopped = at !== -1;
      const end = stopped ? at : held.length - overlap(held, stops);
      const out = held.slice(0, end);
      held = stopped ? "" : held.slice(end);
      return { text: out, stopped };
    },
    flush() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

function firstMatch(text: string, stops: readonly string[]): number {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at !== -1);
  return found.length === 0 ? -1 : Math.min(...found);
}

/** Length of the longest end of `text` that begins one of the stop strings. */
function overlap(text: string, stops: readonly string[]): number {
  const longest = Math.min(text.length, Math.max(...stops.map((stop) => stop.length)) - 1);
  for (let length = longest; length > 0; length--) {
    const end = text.slice(-length);
    if (stops.some((stop) => stop.startsWith(end))) return length;
  }
  return 0;
}
