import type { ChatDelta, FinishReason } from "../api/openai/responses.ts";
import type { ReasoningSplitter } from "./reasoning.ts";
import { createStopFilter } from "./stop.ts";
import type { ToolCallParser, ToolPart } from "./tools/format.ts";

export interface AnswerForm {
  /** null: the model does not think aloud. */
  reasoning: ReasoningSplitter | null;
  /** null: there are no tools to call. */
  calls: ToolCallParser | null;
  /** Calls are told as the older `function_call`. */
  legacy: boolean;
  stops: readonly string[];
  /** Ids for the calls, unique within a conversation. */
  newCallId: () => string;
}

/** A model that makes more calls in one answer goes round in circles, as small ones do that must call. */
const mostCalls = 16;

/** Turns a model's text into the deltas of an answer. */
export interface AnswerReader {
  /** New text and how many tokens it took. */
  push(text: string, tokens: number): ChatDelta[];
  /** The text is over: what was held back. */
  end(): ChatDelta[];
  /** A stop string was met in the content, or there were calls enough: everything further is dropped. */
  readonly stopped: boolean;
  /** Tokens that were reasoning. */
  readonly reasoningTokens: number;
  /** What to say for the engine's reason to end. */
  finish(reason: "stop" | "length"): FinishReason;
}

/** Reasoning first, then calls out of what is left, then stop strings in what is content at last. */
export function createAnswerReader({ reasoning, calls, legacy, stops, newCallId }: AnswerForm): AnswerReader {
  const stop = createStopFilter(stops);
  let stopped = false;
  let called = 0;
  let reasoningTokens = 0;

  function readContent(text: string): ChatDelta[] {
    const out = stop.push(text);
    stopped = out.stopped;
    return out.text === "" ? [] : [{ content: out.text }];
  }

  function readPart(part: ToolPart): ChatDelta[] {
    if (part.type === "call" && called === mostCalls) stopped = true;
    if (stopped) return [];
    switch (part.type) {
      case "content":
        return readContent(part.text);
      case "reasoning":
        return [{ reasoning_content: part.text }];
      case "call":
        called += 1;
        return [toCallDelta(part.name)];
      case "arguments":
        return [toArgumentsDelta(part.text)];
    }
  }

  function toCallDelta(name: string): ChatDelta {
    if (legacy) return { function_call: { name, arguments: "" } };
    const begun = { index: called - 1, id: newCallId(), type: "function" as const };
    return { tool_calls: [{ ...begun, function: { name, arguments: "" } }] };
  }

  function toArgumentsDelta(text: string): ChatDelta {
    if (legacy) return { function_call: { arguments: text } };
    return { tool_calls: [{ index: called - 1, function: { arguments: text } }] };
  }

  /** What was said after its reasoning. */
  function readAnswer(text: string): ChatDelta[] {
    return calls ? calls.push(text).flatMap(readPart) : readContent(text);
  }

  function readReasoned(parts: ReturnType<ReasoningSplitter["push"]>): ChatDelta[] {
    return parts.flatMap((part) => (part.type === "reasoning" ? readPart(part) : readAnswer(part.text)));
  }

  return {
    push(text, tokens) {
      const deltas = reasoning ? readReasoned(reasoning.push(text)) : readAnswer(text);
      if (deltas.length > 0 && deltas.every((delta) => delta.reasoning_content !== undefined)) {
        reasoningTokens += tokens;
      }
      return deltas;
    },
    end() {
      const held = reasoning ? readReasoned(reasoning.end()) : [];
      const left = calls ? calls.end().flatMap(readPart) : [];
      const rest = stopped ? "" : stop.flush();
      return [...held, ...left, ...(rest === "" ? [] : [{ content: rest }])];
    },
    get stopped() {
      return stopped;
    },
    get reasoningTokens() {
      return reasoningTokens;
    },
    finish(reason) {
      if (called === 0 || reason === "length") return reason;
      return legacy ? "function_call" : "tool_calls";
    },
  };
}
