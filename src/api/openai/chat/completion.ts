import type {
  AnswerPart,
  ChoicePart,
  EndReason,
  Timings as Measured,
  Usage as TokenUsage,
} from "../../../generate/parts.ts";
import type { TokenLogprob } from "../../../protocol/generate.ts";
import { toTimings } from "../timings.ts";
import { toUsage } from "../usage.ts";
import { toTokenLogprobs } from "./logprobs.ts";
import type { ChatCompletionRequest } from "./request.ts";
import type { ChatCompletion, FinishReason, FunctionCall } from "./response.ts";
import { isLegacy } from "./to-text-request.ts";

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
  /** How long it took; in a stream with the last chunk. */
  timings: boolean;
  /** How many answers there will be. */
  choices: number;
  /** Calls as the older `function_call`. */
  legacy: boolean;
}

export function toAnswerOptions(body: ChatCompletionRequest): AnswerOptions {
  return {
    logprobs: body.logprobs ?? false,
    includeUsage: body.stream_options?.include_usage ?? false,
    timings: (body.timings ?? false) || (body.stream_options?.include_timings ?? false),
    choices: body.n ?? 1,
    legacy: isLegacy(body),
  };
}

type Choice = ChatCompletion["choices"][number];

/** The whole answer at once; throws what the parts throw. */
export async function collectCompletion(
  parts: AsyncIterable<ChoicePart>,
  head: CompletionHead,
  options: AnswerOptions,
): Promise<ChatCompletion> {
  const choices: ReturnType<typeof createChoice>[] = [];
  let fingerprint = "";
  let usage: TokenUsage = { promptTokens: 0, cachedTokens: 0, newTokens: 0, reasoningTokens: 0 };
  let timings: Measured | undefined;
  for await (const { index, part } of parts) {
    if (part.type === "start") fingerprint = part.fingerprint;
    if (part.type === "end") ({ usage, timings } = part);
    choices[index] ??= createChoice(index, options);
    choices[index].add(part);
  }
  return {
    id: head.id,
    object: "chat.completion",
    created: head.created,
    model: head.model,
    system_fingerprint: fingerprint,
    choices: choices.map((choice) => choice.build()),
    usage: toUsage(usage),
    ...(options.timings && timings && { timings: toTimings(timings, usage) }),
  };
}

/** Puts the parts of one choice together, as the clients' own accumulators do with chunks. */
function createChoice(index: number, options: AnswerOptions) {
  let content = "";
  let reasoning = "";
  const calls: { id: string; called: FunctionCall }[] = [];
  const tokens: TokenLogprob[] = [];
  let reason: EndReason = "stop";

  function add(part: AnswerPart): void {
    switch (part.type) {
      case "text":
        content += part.text;
        tokens.push(...part.logprobs);
        break;
      case "reasoning":
        reasoning += part.text;
        break;
      case "call_start":
        calls.push({ id: part.id, called: { name: part.name, arguments: "" } });
        break;
      case "call_arguments": {
        const last = calls.at(-1);
        if (last) last.called.arguments += part.text;
        break;
      }
      case "end":
        reason = part.reason;
    }
  }

  function toCalled(): Pick<Choice["message"], "tool_calls" | "function_call"> {
    const [first] = calls;
    if (!first) return {};
    if (options.legacy) return { function_call: first.called };
    return { tool_calls: calls.map(({ id, called }) => ({ id, type: "function", function: called })) };
  }

  const build = (): Choice => ({
    index,
    message: {
      role: "assistant",
      content: calls.length > 0 && content === "" ? null : content,
      ...(reasoning !== "" && { reasoning_content: reasoning }),
      ...toCalled(),
      refusal: null,
    },
    logprobs: options.logprobs ? { content: toTokenLogprobs(tokens), refusal: null } : null,
    finish_reason: toFinishReason(reason, options),
  });
  return { add, build };
}

export function toFinishReason(reason: EndReason, { legacy }: AnswerOptions): FinishReason {
  if (reason !== "calls") return reason;
  return legacy ? "function_call" : "tool_calls";
}
