import type { ToolCallParser, ToolPart } from "./format.ts";
import { createScanner, type Reading, readUntil, type Scanner } from "./scanner.ts";

/**
 * Where a parse puts what it found. White space between a call and its neighbours belongs to the format, so content
 * next to a call comes without it.
 */
export interface Output {
  /** Call this as soon as the text is taken. */
  content(text: string): void;
  reasoning(text: string): void;
  /** The reasoning before is whole. */
  endReasoning(): void;
  call(name: string): void;
  arguments(text: string): void;
}

/** A ToolCallParser of a reading that goes on to the end of the text. */
export function createStreamParser(read: (scanner: Scanner, out: Output) => Reading<void>): ToolCallParser {
  const scanner = createScanner();
  const output = createOutput(scanner);
  const reading = read(scanner, output);
  return {
    push(text) {
      scanner.feed(text);
      reading.next();
      return output.drain();
    },
    end() {
      scanner.close();
      reading.next();
      output.end();
      return output.drain();
    },
    get thinking() {
      return output.thinking;
    },
  };
}

/**
 * How much of an answer may be read twice, in characters, because it looked like a call and was none; from then on a call
 * must show its name within so many. Without a bound a model that repeats the start of one takes the daemon's loop for
 * minutes: each of thousands of starts is read to the end of the text.
 */
const mostReadAgain = 100_000;
const headAfterThat = 256;

/**
 * Free text with calls in it. `readCall` goes on after a marker and returns whether it was a call; if not, it has given out
 * nothing, the marker is content, and what comes after it is read again.
 */
export function* readCallsInText(
  scanner: Scanner,
  out: Output,
  markers: readonly string[],
  readCall: (marker: string) => Reading<boolean>,
): Reading<void> {
  let readAgain = 0;
  for (;;) {
    yield* readUntil(scanner, markers, (text) => {
      out.content(text);
      scanner.forget();
    });
    const begin = scanner.mark();
    const marker = yield* scanner.match(...markers);
    if (marker === "") return;
    if (readAgain > mostReadAgain) scanner.limit(headAfterThat);
    const called = yield* readCall(marker);
    scanner.limit(Number.POSITIVE_INFINITY);
    if (called) continue;
    readAgain += scanner.mark() - begin;
    scanner.reset(begin);
    out.content(yield* scanner.match(marker));
  }
}

function createOutput(scanner: Scanner): Output & {
  end(): void;
  drain(): ToolPart[];
  readonly thinking: boolean;
} {
  let parts: ToolPart[] = [];
  let thinking = false;
  /** White space that is content only if more content follows, or nothing at all. */
  let space = "";
  let afterCall = false;

  function add(part: Exclude<ToolPart, { type: "call" }>): void {
    const last = parts.at(-1);
    if (part.text === "") return;
    if (last?.type === part.type) last.text += part.text;
    else parts.push(part);
  }

  return {
    content(text) {
      const whole = space + text;
      const solid = whole.trimEnd();
      space = afterCall && solid === "" ? "" : whole.slice(solid.length);
      if (solid === "") return;
      const shown = afterCall ? solid.trimStart() : solid;
      add({ type: "content", text: shown, at: scanner.mark() - space.length - shown.length });
      afterCall = false;
    },
    reasoning(text) {
      add({ type: "reasoning", text });
      thinking = true;
    },
    endReasoning() {
      thinking = false;
    },
    call(name) {
      scanner.limit(Number.POSITIVE_INFINITY);
      parts.push({ type: "call", name });
      space = "";
      afterCall = true;
      thinking = false;
    },
    arguments: (text) => add({ type: "arguments", text }),
    end: () => add({ type: "content", text: space, at: scanner.mark() - space.length }),
    get thinking() {
      return thinking;
    },
    drain() {
      const drained = parts;
      parts = [];
      return drained;
    },
  };
}
