import type { TokenLogprob } from "../protocol/generate.ts";
import type { Span } from "./markers.ts";

/** Finds the tokens of a piece of the model's text. */
export interface TokenMap {
  /** New text and the tokens that came with it. A character of several tokens comes with its last one. */
  push(text: string, tokens: readonly TokenLogprob[]): void;
  /**
   * The tokens of this piece, which must come after every earlier one. A token that reaches beyond the piece
   * is cut to it, so that the bytes of all, joined, are the piece.
   */
  take(span: Span): TokenLogprob[];
}

/** A token's place in the whole text, in UTF-16 units: all characters of which it has a part. */
interface Placed {
  logprob: number;
  bytes: number[];
  text: string;
  from: number;
  to: number;
  /** How many bytes of its first character came before it, and how many bytes of a last one wait for the next token. */
  carried: number;
  waiting: number;
}

const encoder = new TextEncoder();

export function createTokenMap(): TokenMap {
  const decoder = new TextDecoder();
  let placed: Placed[] = [];
  let received = 0;
  let decoded = 0;
  let waiting = 0;

  function place({ token, logprob, bytes: given }: TokenLogprob): Placed {
    const bytes = given ?? [...encoder.encode(token)];
    const text = decoder.decode(Uint8Array.from(bytes), { stream: true });
    const [from, carried] = [decoded, waiting];
    decoded += text.length;
    waiting = unfinished(carried > 0 && text === "" ? carried : 0, bytes);
    return { logprob, bytes, text, from, to: decoded + (waiting > 0 ? 1 : 0), carried, waiting };
  }

  return {
    push(text, tokens) {
      received += text.length;
      if (tokens.length > 0) placed.push(...tokens.map(place).filter(({ bytes }) => bytes.length > 0));
      // A tokenizer may decode irregularly: from here on, tokens and text agree again.
      if (waiting === 0) decoded = received;
    },
    take({ text, at }) {
      if (placed.length === 0) return [];
      const end = at + text.length;
      placed = placed.filter(({ to }) => to > at);
      return placed.filter(({ from }) => from < end).map((token) => cut(token, at, end));
    },
  };
}

/** How many bytes of a character stand at the end of these, which follow `before` bytes of one. */
function unfinished(before: number, bytes: readonly number[]): number {
  const lead = bytes.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  if (lead === -1) return before === 0 ? 0 : before + bytes.length;
  const [first = 0] = bytes.slice(lead);
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return bytes.length - lead < length ? bytes.length - lead : 0;
}

function cut(
  { logprob, bytes, text, from, carried, waiting }: Placed,
  at: number,
  end: number,
): TokenLogprob {
  const before = encoder.encode(text.slice(0, Math.max(0, at - from))).length;
  const after = encoder.encode(text.slice(Math.max(0, end - from))).length;
  const first = before === 0 ? 0 : before - carried;
  const last = bytes.length - (end <= from + text.length ? after + waiting : 0);
  const own = bytes.slice(first, last);
  return { token: spell(own), logprob, bytes: own };
}

/** Its text; an incomplete character is spelled byte by byte as `\xf0\x9f`, as OpenAI does. */
function spell(bytes: number[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  }
}
