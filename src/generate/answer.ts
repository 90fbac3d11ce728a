import type { TokenLogprob } from "../protocol/generate.ts";
import { createAnswerWriter } from "./answer-writer.ts";
import { createTokenMap } from "./logprobs.ts";
import type { Span } from "./markers.ts";
import type { ContentEvent, EndReason } from "./parts.ts";
import type { ReasoningPart, ReasoningSplitter } from "./reasoning.ts";
import type { ToolCallParser, ToolPart } from "./tools/format.ts";

export interface ReaderOptions {
  /** null: the model does not write its reasoning. */
  reasoning: ReasoningSplitter | null;
  /** null: there are no tools to call. */
  calls: ToolCallParser | null;
  /** Calls are sought only after the reasoning, because their format has no marker; otherwise a call ends the reasoning it stands in. */
  unmarked?: boolean;
  /** Special tokens that are never shown. */
  markers?: readonly string[];
  stops: readonly string[];
  /** Ids for the calls, unique within a conversation. */
  newCallId: () => string;
}

/** Turns a model's text into the parts of an answer. */
export interface AnswerReader {
  /** New text, how many tokens it took, and their log probabilities where they were asked for. */
  push(text: string, tokens: number, logprobs?: readonly TokenLogprob[]): ContentEvent[];
  /** The text has ended: returns what was held back, and the end of an open call. Must not be called once `stopped`. */
  end(): ContentEvent[];
  /** Whether there are stop strings to match. */
  readonly mayStop: boolean;
  /** A stop string was matched in the content, or there were enough calls: everything further is dropped. */
  readonly stopped: boolean;
  /** Within reasoning that is not closed. */
  readonly thinking: boolean;
  /** Tokens that were reasoning. */
  readonly reasoningTokens: number;
  /** Why the answer ended, for the engine's own reason; `stop`: the stop string that ended it. */
  finish(reason: "stop" | "length"): { reason: EndReason; stop: string | null };
}

/**
 * Finds the calls, separates reasoning from the rest, removes markers from both, and finally matches stop strings in
 * the content.
 */
export function createAnswerReader(options: ReaderOptions): AnswerReader {
  const { reasoning, calls, unmarked = false, markers = [], stops, newCallId } = options;
  /** Calls are sought either in what the reasoning leaves, or in the whole text, and reasoning in the rest. */
  const [before, within] = unmarked ? [reasoning, null] : [null, reasoning];
  const tokens = createTokenMap();
  const writer = createAnswerWriter({ markers, stops, newCallId, toLogprobs: tokens.take });
  let received = 0;
  /** Where the text in which calls are sought starts. */
  let callsFrom: number | null = before ? null : 0;
  let reasoningTokens = 0;

  /** The content parts of one push are at the end of the pushed text. */
  function readReasoned(parts: ReasoningPart[], end: number, speak: (span: Span) => ContentEvent[]) {
    return parts.flatMap(({ type, text }) =>
      type === "reasoning" ? writer.think(text) : speak({ text, at: end - text.length }),
    );
  }

  function readThought(span: Span): ContentEvent[] {
    if (!within) return writer.speak(span);
    return readReasoned(within.push(span.text), span.at + span.text.length, writer.speak);
  }

  function readPart(part: ToolPart): ContentEvent[] {
    switch (part.type) {
      case "content":
        return readThought({ text: part.text, at: (callsFrom ?? 0) + part.at });
      case "reasoning":
        return writer.think(part.text);
      case "call": {
        const thought = within ? readReasoned(within.interrupt(), received, writer.speak) : [];
        return [...thought, ...writer.call(part.name)];
      }
      case "arguments":
        return writer.arguments(part.text);
    }
  }

  function readCalls(span: Span): ContentEvent[] {
    if (!calls) return readThought(span);
    callsFrom ??= span.at;
    return calls.push(span.text).flatMap(readPart);
  }

  function read(span: Span): ContentEvent[] {
    if (!before) return readCalls(span);
    return readReasoned(before.push(span.text), span.at + span.text.length, readCalls);
  }

  return {
    push(text, count, logprobs = []) {
      tokens.push(text, logprobs);
      const span = { text, at: received };
      received += text.length;
      const events = read(span);
      if (events.length > 0 && events.every(({ type }) => type === "reasoning")) reasoningTokens += count;
      return events;
    },
    end() {
      const early = before ? readReasoned(before.end(), received, readCalls) : [];
      const left = calls ? calls.end().flatMap(readPart) : [];
      const late = within ? readReasoned(within.end(), received, writer.speak) : [];
      return [...early, ...left, ...late, ...writer.end()];
    },
    mayStop: stops.length > 0,
    get stopped() {
      return writer.stopped;
    },
    get thinking() {
      return (calls?.thinking ?? false) || (reasoning?.thinking ?? false);
    },
    get reasoningTokens() {
      return reasoningTokens;
    },
    finish: (reason) => writer.finish(reason),
  };
}
