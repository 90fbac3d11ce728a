import { Value } from "@sinclair/typebox/value";
import { toMessageEvents } from "../../../src/api/anthropic/messages/events.ts";
import { MessagesRequest } from "../../../src/api/anthropic/messages/request.ts";
import type { MessageEvent } from "../../../src/api/anthropic/messages/response.ts";
import type { AnswerPart, EndReason, Usage } from "../../../src/generate/parts.ts";
import { answer } from "../answer-parts.ts";

export const head = { id: "msg_1", model: "m", display: "shown", maxTokens: 5 } as const;
export const usage: Usage = { promptTokens: 7, cachedTokens: 4, newTokens: 5, reasoningTokens: 2 };
export const start: AnswerPart = { type: "start", promptTokens: 7, cachedTokens: 4, fingerprint: "fp" };
export const end = (reason: EndReason, stop: string | null = null): AnswerPart => ({
  type: "end",
  reason,
  stop,
  usage,
});

export const toEvents = (parts: AnswerPart[], extra: Partial<Parameters<typeof toMessageEvents>[1]> = {}) =>
  toMessageEvents(answer(parts), { ...head, ...extra });

export const readEvents = (...args: Parameters<typeof toEvents>): Promise<MessageEvent[]> =>
  Array.fromAsync(toEvents(...args));

/** A greeting with these fields, as the HTTP side lets it through. */
export function parseRequest(body: object): MessagesRequest {
  const request: unknown = { messages: [{ role: "user", content: "Hi" }], ...body };
  if (Value.Check(MessagesRequest, request)) return request;
  throw new Error(JSON.stringify([...Value.Errors(MessagesRequest, request)]));
}
