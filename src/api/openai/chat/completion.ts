import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatMessageAnswer,
  FinishReason,
  Logprobs,
  Usage,
} from "../responses.ts";

/** What all chunks of one answer share. */
export interface CompletionHead {
  id: string;
  /** Unix time in seconds. */
  created: number;
  model: string;
  systemFingerprint: string;
}

export interface FinishedChoice {
  message: ChatMessageAnswer;
  logprobs: Logprobs | null;
  finishReason: FinishReason;
}

export interface TokenCounts {
  prompt: number;
  cached: number;
  completion: number;
  /** Those of the completion that were reasoning. */
  reasoning: number;
}

type ChunkChoice = ChatCompletionChunk["choices"][number];

export function toUsage({ prompt, cached, completion, reasoning }: TokenCounts): Usage {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

export function toCompletion(
  head: CompletionHead,
  choices: FinishedChoice[],
  counts: TokenCounts,
): ChatCompletion {
  return {
    id: head.id,
    object: "chat.completion",
    created: head.created,
    model: head.model,
    system_fingerprint: head.systemFingerprint,
    choices: choices.map(({ message, logprobs, finishReason }, index) => ({
      index,
      message,
      logprobs,
      finish_reason: finishReason,
    })),
    usage: toUsage(counts),
  };
}

/** A chunk of a streamed answer. `usage`: null in all but the last where the client asked for it, else absent. */
export function toChunk(
  head: CompletionHead,
  choices: ChunkChoice[],
  usage: Usage | null | undefined,
): ChatCompletionChunk {
  return {
    id: head.id,
    object: "chat.completion.chunk",
    created: head.created,
    model: head.model,
    system_fingerprint: head.systemFingerprint,
    choices,
    ...(usage !== undefined && { usage }),
  };
}

export function toDelta(
  index: number,
  delta: ChunkChoice["delta"],
  logprobs: Logprobs | null = null,
  finishReason: FinishReason | null = null,
): ChunkChoice {
  return { index, delta, logprobs, finish_reason: finishReason };
}

/** `bytes` is null where a token is no whole text of its own. */
export function toLogprobs(tokens: readonly { token: string; logprob: number }[]): Logprobs {
  const encoder = new TextEncoder();
  return {
    content: tokens.map(({ token, logprob }) => ({
      token,
      logprob,
      bytes: token === "" || token.includes("\uFFFD") ? null : [...encoder.encode(token)],
      top_logprobs: [],
    })),
    refusal: null,
  };
}
