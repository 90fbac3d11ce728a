import { overlap } from "./stop.ts";

/** A piece of the model's text. */
export interface Span {
  text: string;
  /** Where it starts in the whole text, in UTF-16 units. */
  at: number;
}

/** Removes every whole marker from a text that comes in pieces. */
export interface MarkerFilter {
  push(span: Span): Span[];
  /** What was held back because a marker could have started there. */
  flush(): Span[];
}

/** `markers`: special tokens of the model. They have a meaning for programs only, and are never shown to a client. */
export function createMarkerFilter(markers: readonly string[]): MarkerFilter {
  const starts = [...new Set(markers.map((marker) => marker.slice(0, 1)))];
  let held = "";
  let end = 0;

  /** Of markers that start together the longest; null: none. */
  function findFirst(text: string): { from: number; to: number } | null {
    const found = markers.map((marker) => ({ from: text.indexOf(marker), length: marker.length }));
    const [first] = found.filter(({ from }) => from !== -1).sort(byPlace);
    return first === undefined ? null : { from: first.from, to: first.from + first.length };
  }

  function take(keep: (text: string) => number): Span[] {
    const spans: Span[] = [];
    for (let marker = findFirst(held); marker !== null; marker = findFirst(held)) {
      spans.push({ text: held.slice(0, marker.from), at: end - held.length });
      held = held.slice(marker.to);
    }
    const safe = held.length - keep(held);
    spans.push({ text: held.slice(0, safe), at: end - held.length });
    held = held.slice(safe);
    return spans.filter(({ text }) => text !== "");
  }

  return {
    push({ text, at }) {
      // Most pieces of a text neither hold nor start one.
      if (held === "" && !starts.some((start) => text.includes(start)))
        return text === "" ? [] : [{ text, at }];
      held += text;
      end = at + text.length;
      return take((rest) => overlap(rest, markers));
    },
    flush: () => (held === "" ? [] : take(() => 0)),
  };
}

function byPlace(a: { from: number; length: number }, b: { from: number; length: number }): number {
  return a.from - b.from || b.length - a.length;
}
