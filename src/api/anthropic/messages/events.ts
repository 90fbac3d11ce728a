import type { AnswerPart, ChoicePart } from "../../../generate/parts.ts";
import { createBlockWriter } from "./block-writer.ts";
import type { MessagesRequest } from "./request.ts";
import { type MessageEvent, type StopReason, toUsage, type Usage } from "./response.ts";
import { type Thinking, toThinking } from "./thinking.ts";

/** What is known of an answer before it starts. */
export interface MessageHead {
  id: string;
  /** The registered name of the model. */
  model: string;
  display: Thinking["display"];
  /** The request's bound; null: it has none. */
  maxTokens: number | null;
}

export function toHead(body: MessagesRequest, id: string, model: string): MessageHead {
  return { id, model, display: toThinking(body).display, maxTokens: body.max_tokens ?? null };
}

/** The answer as the events of a stream, `message_stop` the last; a failure is thrown. */
export async function* toMessageEvents(
  parts: AsyncIterable<ChoicePart>,
  head: MessageHead,
): AsyncGenerator<MessageEvent> {
  const blocks = createBlockWriter(head.display);
  for await (const { part } of parts) {
    if (part.type === "start") {
      yield toStart(part, head);
      // Anthropic sends one here too.
      yield { type: "ping" };
    } else if (part.type === "end") {
      yield* blocks.close();
      yield toEnd(part, head);
      yield { type: "message_stop" };
    } else yield* blocks.write(part);
  }
}

function toStart(
  { promptTokens, cachedTokens }: Extract<AnswerPart, { type: "start" }>,
  { id, model }: MessageHead,
): MessageEvent {
  return {
    type: "message_start",
    message: {
      id,
      type: "message",
      role: "assistant",
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      container: null,
      context_management: null,
      diagnostics: null,
      usage: toUsage({ promptTokens, cachedTokens, newTokens: 0, reasoningTokens: 0 }),
    },
  };
}

type End = Extract<AnswerPart, { type: "end" }>;

function toEnd(end: End, head: MessageHead): MessageEvent {
  const reason = toStopReason(end, head);
  const sequence = reason === "stop_sequence" ? end.stop : null;
  return {
    type: "message_delta",
    delta: { stop_reason: reason, stop_sequence: sequence, stop_details: null, container: null },
    usage: toDeltaUsage(toUsage(end.usage)),
    context_management: null,
  };
}

function toDeltaUsage(
  usage: Usage,
): Omit<Usage, "cache_creation" | "inference_geo" | "service_tier" | "speed"> {
  const { cache_creation, inference_geo, service_tier, speed, ...counts } = usage;
  return counts;
}

/** An answer that ends before its own bound has filled the context. */
function toStopReason({ reason, stop, usage }: End, { maxTokens }: MessageHead): StopReason {
  switch (reason) {
    case "calls":
      return "tool_use";
    case "stop":
      return stop === null ? "end_turn" : "stop_sequence";
    case "length":
      return maxTokens !== null && usage.newTokens < maxTokens
        ? "model_context_window_exceeded"
        : "max_tokens";
  }
}
