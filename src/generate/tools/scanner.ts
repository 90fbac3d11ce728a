/**
 * A parse in progress. It yields when it needs more text and continues where it was: stream parsers are written as if
 * the whole text were there. As nothing is decided by where a piece ends, it cannot matter how a text is cut.
 */
export type Reading<T> = Generator<undefined, T, undefined>;

/** Text that comes in pieces, read character by character (UTF-16 units), with a way back. */
export interface Scanner {
  /** The next character without taking it; "" at the end of the text. */
  peek(): Reading<string>;
  /** Takes the next character; "" at the end of the text. */
  take(): Reading<string>;
  /** Takes the first of `texts` that comes next and returns it, or takes nothing and returns "". */
  match(...texts: string[]): Reading<string>;
  /** Takes the longest run of characters that `characters` matches one by one. */
  run(characters: RegExp): Reading<string>;
  /** Takes all text that has arrived up to the first character of `stops`, without waiting. */
  skim(stops: string): string;
  /** Where the reading is, for `reset` and `since`. */
  mark(): number;
  /** Goes back to a mark that was set after the last `forget`. */
  reset(mark: number): void;
  /** What was taken since the mark. */
  since(mark: number): string;
  /** Drops what was taken: `reset` cannot go back beyond this point. */
  forget(): void;
  /** Makes the text appear to end that many characters from here; Infinity: it ends where it really does. */
  limit(characters: number): void;
  feed(text: string): void;
  close(): void;
}

/** Characters: the text in hand stays small, and is not cut again at each of them. */
const worthForgetting = 4096;

export function createScanner(): Scanner {
  let text = "";
  /** How much was forgotten: marks count from the start of the whole text. */
  let base = 0;
  let at = 0;
  let closed = false;
  /** Where the text seems to end, counted as marks are. */
  let horizon = Number.POSITIVE_INFINITY;

  /** Where what may be read ends now. */
  const end = () => Math.min(text.length, horizon - base);

  function* fill(length: number): Reading<boolean> {
    while (text.length - at < length && base + text.length < horizon && !closed) yield;
    return end() - at >= length;
  }

  function* peek(): Reading<string> {
    return (yield* fill(1)) ? text.charAt(at) : "";
  }

  return {
    peek,
    *take() {
      const next = yield* peek();
      at += next.length;
      return next;
    },
    *match(...texts) {
      for (const wanted of texts) {
        if (!(yield* startsWith(wanted))) continue;
        at += wanted.length;
        return wanted;
      }
      return "";
    },
    *run(characters) {
      const begin = at + base;
      while (yield* fill(1)) {
        while (at < end() && characters.test(text.charAt(at))) at++;
        if (at < end()) break;
      }
      return text.slice(begin - base, at);
    },
    skim(stops) {
      const begin = at;
      while (at < end() && !stops.includes(text.charAt(at))) at++;
      return text.slice(begin, at);
    },
    mark: () => base + at,
    reset(mark) {
      at = mark - base;
    },
    since: (mark) => text.slice(mark - base, at),
    forget() {
      if (at < worthForgetting) return;
      text = text.slice(at);
      base += at;
      at = 0;
    },
    limit(characters) {
      horizon = base + at + characters;
    },
    feed(more) {
      text += more;
    },
    close() {
      closed = true;
    },
  };

  function* startsWith(wanted: string): Reading<boolean> {
    for (let length = 1; length <= wanted.length; length++) {
      if (!(yield* fill(length)) || text[at + length - 1] !== wanted[length - 1]) return false;
    }
    return true;
  }
}

export const whitespace = /\s/;

/** Takes all up to one of `ends` (which stays) or to the end of the text, handing it on as it comes. */
export function* readUntil(
  scanner: Scanner,
  ends: readonly string[],
  give: (text: string) => void,
): Reading<void> {
  const stops = ends.map((end) => end.charAt(0)).join("");
  for (let next = yield* scanner.peek(); next !== ""; next = yield* scanner.peek()) {
    give(scanner.skim(stops));
    const mark = scanner.mark();
    const end = yield* scanner.match(...ends);
    scanner.reset(mark);
    if (end !== "") return;
    give(yield* scanner.take());
  }
}
