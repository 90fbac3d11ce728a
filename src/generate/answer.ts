import type { TokenLogprob } from "../protocol/generate.ts";
import type { ContentEvent, EndReason } from "./parts.ts";
import type { ReasoningSplitter } from "./reasoning.ts";
import { createStopFilter } from "./stop.ts";
import type { ToolCallParser, ToolPart } from "./tools/format.ts";

export interface ReaderOptions {
  /** null: the model does not write its reasoning. */
  reasoning: ReasoningSplitter | null;
  /** null: there are no tools to call. */
  calls: ToolCallParser | null;
  stops: readonly string[];
  /** Ids for the calls, unique within a conversation. */
  newCallId: () => string;
}

/** A model that makes more calls in one answer is caught in a loop, as small ones are that must call. */
const mostCalls = 16;

/** Turns a model's text into the parts of an answer. */
export interface AnswerReader {
  /** New text, how many tokens it took, and their log probabilities where they were asked for. */
  push(text: string, tokens: number, logprobs?: readonly TokenLogprob[]): ContentEvent[];
  /** The text is over: what was held back, and the end of an open call. Not to be called once `stopped`. */
  end(): ContentEvent[];
  /** A stop string was met in the content, or there were calls enough: everything further is dropped. */
  readonly stopped: boolean;
  /** Tokens that were reasoning. */
  readonly reasoningTokens: number;
  /** Why the answer ended, for the engine's own reason; `stop`: the stop string that ended it. */
  finish(reason: "stop" | "length"): { reason: EndReason; stop: string | null };
}

/** Separates reasoning first, then calls from what is left, and last looks for stop strings in what is content. */
export function createAnswerReader({ reasoning, calls, stops, newCallId }: ReaderOptions): AnswerReader {
  const stop = createStopFilter(stops);
  const pair = createPairing();
  let callsEnough = false;
  let called = 0;
  let isOpen = false;
  let reasoningTokens = 0;
  const isStopped = () => callsEnough || stop.met !== null;

  const toContent = (text: string): ContentEvent[] =>
    text === "" ? [] : [{ type: "text", text, logprobs: [] }];

  function endCall(): ContentEvent[] {
    if (!isOpen) return [];
    isOpen = false;
    return [{ type: "call_end", call: called - 1 }];
  }

  function startCall(name: string): ContentEvent[] {
    const before = [...endCall(), ...toContent(stop.flush())];
    if (called === mostCalls) callsEnough = true;
    if (callsEnough) return before;
    isOpen = true;
    return [...before, { type: "call_start", call: called++, id: newCallId(), name }];
  }

  function readPart(part: ToolPart): ContentEvent[] {
    if (isStopped()) return [];
    switch (part.type) {
      case "content":
        return [...endCall(), ...toContent(stop.push(part.text))];
      case "reasoning":
        return [...endCall(), ...toContent(stop.flush()), part];
      case "call":
        return startCall(part.name);
      case "arguments":
        return [{ type: "call_arguments", call: called - 1, text: part.text }];
    }
  }

  /** What was written after the reasoning. */
  function readAnswer(text: string): ContentEvent[] {
    return calls ? calls.push(text).flatMap(readPart) : readPart({ type: "content", text });
  }

  function readReasoned(parts: ReturnType<ReasoningSplitter["push"]>): ContentEvent[] {
    return parts.flatMap((part) =>
      part.type === "reasoning" ? readPart({ type: "reasoning", text: part.text }) : readAnswer(part.text),
    );
  }

  return {
    push(text, tokens, logprobs = []) {
      const parts = reasoning ? readReasoned(reasoning.push(text)) : readAnswer(text);
      if (parts.length > 0 && parts.every(({ type }) => type === "reasoning")) reasoningTokens += tokens;
      return pair(parts, logprobs);
    },
    end() {
      const held = reasoning ? readReasoned(reasoning.end()) : [];
      const left = calls ? calls.end().flatMap(readPart) : [];
      const rest = isStopped() ? "" : stop.flush();
      return pair([...held, ...left, ...endCall(), ...toContent(rest)], []);
    },
    get stopped() {
      return isStopped();
    },
    get reasoningTokens() {
      return reasoningTokens;
    },
    finish(reason) {
      return { reason: called === 0 || reason === "length" ? reason : "calls", stop: stop.met };
    },
  };
}

/**
 * Joins log probabilities to the content that their tokens became. Text may be held back for a while, so they wait for
 * it; those of tokens that became reasoning or a call are left out.
 */
function createPairing() {
  let waiting: TokenLogprob[] = [];
  return (parts: ContentEvent[], logprobs: readonly TokenLogprob[]): ContentEvent[] => {
    waiting.push(...logprobs);
    const first = parts.findIndex(({ type }) => type === "text");
    const own = waiting;
    if (parts.some(({ type }) => type !== "call_end")) waiting = [];
    return parts.map((part, at) =>
      part.type === "text" && at === first ? { ...part, logprobs: own } : part,
    );
  };
}
