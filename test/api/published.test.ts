/**
 * Each answer of ours is one of the provider's, with every key that its published description requires: the official clients'
 * types are generated from that. The compiler checks it; that real answers fit our own schemas is checked where they are made.
 */
import { expect, test } from "bun:test";
import type Anthropic from "@anthropic-ai/sdk";
import type OpenAI from "openai";
import type { ErrorResponse } from "../../src/api/anthropic/errors.ts";
import type { Message, MessageEvent, TokensCount } from "../../src/api/anthropic/messages/response.ts";
import type { ModelInfo } from "../../src/api/anthropic/models.ts";
import type { ChatCompletion, ChatCompletionChunk } from "../../src/api/openai/chat/response.ts";
import type { TextCompletion, TextCompletionChunk } from "../../src/api/openai/completions/response.ts";
import type { ErrorBody } from "../../src/api/openai/errors.ts";
import type { Model } from "../../src/api/openai/models.ts";
import type { ResponseEvent } from "../../src/api/openai/responses/events.ts";
import type { InputTokens, Response } from "../../src/api/openai/responses/response.ts";

/** What a client sent comes back as it was: whatever its words, the key is there. */
type Echoed = "tools" | "tool_choice" | "text" | "reasoning";
/** `output_text` is the client's own. */
type PublishedResponse = Omit<OpenAI.Responses.Response, Echoed | "output_text"> & Record<Echoed, unknown>;
type WithResponse<Event> = Event extends { response: OpenAI.Responses.Response }
  ? Omit<Event, "response"> & { response: PublishedResponse }
  : Event;
/** OpenAI sends nulls in a stream before its end, although its description does not say so. */
type PublishedTextChunk = Omit<OpenAI.Completion, "choices" | "usage"> & {
  usage?: OpenAI.CompletionUsage | null;
  choices: (Omit<OpenAI.CompletionChoice, "finish_reason"> & { finish_reason: string | null })[];
};
type PublishedError = Omit<Anthropic.ErrorResponse, "error"> & {
  error: Record<keyof Anthropic.InvalidRequestError, string>;
};

const published = {
  chat: (ours: ChatCompletion): OpenAI.ChatCompletion => ours,
  chatChunk: (ours: ChatCompletionChunk): OpenAI.ChatCompletionChunk => ours,
  text: (ours: TextCompletion): OpenAI.Completion => ours,
  textChunk: (ours: TextCompletionChunk): PublishedTextChunk => ours,
  model: (ours: Model): OpenAI.Model => ours,
  error: (ours: ErrorBody["error"]): OpenAI.ErrorObject => ours,
  response: (ours: Response): PublishedResponse => ours,
  responseEvent: (ours: ResponseEvent): WithResponse<OpenAI.Responses.ResponseStreamEvent> => ours,
  inputTokens: (ours: InputTokens): OpenAI.Responses.InputTokenCountResponse => ours,
  message: (ours: Message): Anthropic.Message => ours,
  messageEvent: (ours: Exclude<MessageEvent, { type: "ping" }>): Anthropic.RawMessageStreamEvent => ours,
  tokensCount: (ours: TokensCount): Anthropic.MessageTokensCount => ours,
  modelInfo: (ours: ModelInfo): Anthropic.ModelInfo => ours,
  messageError: (ours: ErrorResponse): PublishedError => ours,
};

test("every answer is one that its provider's description allows, as the compiler finds", () => {
  expect(Object.keys(published).length).toBeGreaterThan(10);
});
