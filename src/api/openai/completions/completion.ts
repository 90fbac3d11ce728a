import type { AnswerPart, ChoicePart, EndReason, Usage as TokenUsage } from "../../../generate/parts.ts";
import { toUsage } from "../usage.ts";
import { createTokenPlaces, joinLogprobs } from "./logprobs.ts";
import type { CompletionRequest } from "./request.ts";
import type { CompletionLogprobs, TextCompletion } from "./response.ts";

/** What is known of an answer before it starts. */
export interface CompletionHead {
  id: string;
  /** Unix time in seconds. */
  created: number;
  /** The registered name of the model. */
  model: string;
}

/** How the client wants the answer written. */
export interface AnswerOptions {
  logprobs: boolean;
  /** A last chunk with the usage, in a stream. */
  includeUsage: boolean;
  /** What the text of a choice starts with. */
  echo: (index: number) => string;
}

/** `prompts`: their texts, where they are to be echoed. */
export function toAnswerOptions(body: CompletionRequest, prompts: readonly string[]): AnswerOptions {
  const choices = body.n ?? 1;
  return {
    logprobs: typeof body.logprobs === "number",
    includeUsage: body.stream_options?.include_usage ?? false,
    echo: (index) => (body.echo ? (prompts[Math.floor(index / choices)] ?? "") : ""),
  };
}

/** The whole answer at once; throws what the parts throw. */
export async function collectCompletion(
  parts: AsyncIterable<ChoicePart>,
  head: CompletionHead,
  options: AnswerOptions,
): Promise<TextCompletion> {
  const choices: ReturnType<typeof createChoice>[] = [];
  let fingerprint = "";
  let usage: TokenUsage = { promptTokens: 0, cachedTokens: 0, newTokens: 0, reasoningTokens: 0 };
  for await (const { index, part } of parts) {
    if (part.type === "start") fingerprint = part.fingerprint;
    if (part.type === "end") usage = part.usage;
    choices[index] ??= createChoice(index, options);
    choices[index].add(part);
  }
  return {
    id: head.id,
    object: "text_completion",
    created: head.created,
    model: head.model,
    system_fingerprint: fingerprint,
    choices: choices.map((choice) => choice.build()),
    usage: toUsage(usage),
  };
}

function createChoice(index: number, options: AnswerOptions) {
  let text = options.echo(index);
  const places = createTokenPlaces();
  const logprobs: CompletionLogprobs[] = [];
  let reason: EndReason = "stop";
  return {
    add(part: AnswerPart): void {
      if (part.type === "end") reason = part.reason;
      if (part.type !== "text") return;
      text += part.text;
      logprobs.push(places.push(part.text, part.logprobs));
    },
    build: (): TextCompletion["choices"][number] => ({
      index,
      text,
      logprobs: options.logprobs ? joinLogprobs(logprobs) : null,
      finish_reason: toFinishReason(reason),
    }),
  };
}

/** There are no calls in a text. */
export function toFinishReason(reason: EndReason): "stop" | "length" {
  return reason === "length" ? "length" : "stop";
}
