import type { ChoiceEvent } from "../../../serving/choices.ts";
import type { StreamEvent } from "../../dialect.ts";
import type { ChatCompletion, ChatCompletionChunk } from "../responses.ts";
import {
  type CompletionHead,
  type FinishedChoice,
  type TokenCounts,
  toChunk,
  toCompletion,
  toDelta,
  toLogprobs,
  toUsage,
} from "./completion.ts";
import { createMessageBuilder } from "./message-builder.ts";

/** Without the fingerprint, which the model's load decides. */
export type AnswerHead = Omit<CompletionHead, "systemFingerprint">;

export interface AnswerOptions {
  choices: number;
  logprobs: boolean;
  includeUsage: boolean;
  /** Complete once the parts have been read. */
  counts: TokenCounts;
}

/** The answer as chunks, `[DONE]` last. */
export async function* toChunkEvents(
  parts: AsyncIterable<ChoiceEvent>,
  head: AnswerHead,
  options: AnswerOptions,
): AsyncGenerator<StreamEvent> {
  const { includeUsage, counts } = options;
  let full: CompletionHead = { ...head, systemFingerprint: "" };
  for await (const part of parts) {
    if (part.type === "begun") full = { ...head, systemFingerprint: part.fingerprint };
    yield { data: toPartChunk(part, full, options) };
  }
  if (includeUsage) yield { data: toChunk(full, [], toUsage(counts)) };
  yield { data: "[DONE]" };
}

function toPartChunk(
  part: ChoiceEvent,
  head: CompletionHead,
  { includeUsage, logprobs }: AnswerOptions,
): ChatCompletionChunk {
  const noUsage = includeUsage ? null : undefined;
  switch (part.type) {
    case "begun":
      return toChunk(head, [toDelta(part.index, { role: "assistant", content: "" })], noUsage);
    case "delta": {
      const tokens = logprobs ? toLogprobs(part.logprobs) : null;
      return toChunk(head, [toDelta(part.index, part.delta, tokens)], noUsage);
    }
    case "end":
      return toChunk(head, [toDelta(part.index, {}, null, part.reason)], noUsage);
  }
}

/** The whole answer at once. */
export async function collectCompletion(
  parts: AsyncIterable<ChoiceEvent>,
  head: AnswerHead,
  { choices: count, logprobs, counts }: AnswerOptions,
): Promise<ChatCompletion> {
  const choices = Array.from({ length: count }, () => ({
    message: createMessageBuilder(),
    logprobs: toLogprobs([]),
    reason: "stop" as FinishedChoice["finishReason"],
  }));
  let systemFingerprint = "";
  for await (const part of parts) {
    const choice = choices[part.index];
    if (part.type === "begun") systemFingerprint = part.fingerprint;
    if (part.type === "delta" && choice) {
      choice.message.add(part.delta);
      choice.logprobs.content.push(...toLogprobs(part.logprobs).content);
    }
    if (part.type === "end" && choice) choice.reason = part.reason;
  }
  const finished = choices.map((choice) => ({
    message: choice.message.build(),
    logprobs: logprobs ? choice.logprobs : null,
    finishReason: choice.reason,
  }));
  return toCompletion({ ...head, systemFingerprint }, finished, counts);
}
