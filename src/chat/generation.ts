import type { ChatCompletionRequest } from "../openai/requests.ts";
import { type SamplingChoice, type SamplingDefaults, toSampling } from "./sampling.ts";
import { refuseUnsupported } from "./supported.ts";
import { toTurns } from "./template/turns.ts";

/** What the engine is asked to do for one choice of an answer. */
export interface ChoiceRequest {
  messages: { role: string; content: string }[];
  template_kwargs: Record<string, unknown>;
  sampling: SamplingChoice;
  max_tokens: number;
  ignore_eos: boolean;
  logprobs: boolean;
}

export interface ModelLimits {
  /** In tokens; the engine lowers max_tokens to what the prompt leaves of it. */
  contextLength: number;
  defaults: SamplingDefaults;
}

/** A checked request, ready to be turned into one engine request per choice. */
export interface ChatPlan {
  choices: number;
  stops: string[];
  logprobs: boolean;
  toChoice(index: number, model: ModelLimits): ChoiceRequest;
}

/**
 * Throws `unsupported_parameter` or `invalid_request`.
 * `seed`: used when the request has none. `maxTokens`: the bound when the request has none.
 */
export function planChat(
  request: ChatCompletionRequest,
  { seed, maxTokens }: { seed: number; maxTokens: number },
): ChatPlan {
  refuseUnsupported(request);
  const messages = toTurns(request.messages).map(({ role, text }) => ({ role, content: text }));
  const logprobs = request.logprobs ?? false;
  return {
    choices: request.n ?? 1,
    stops: typeof request.stop === "string" ? [request.stop] : (request.stop ?? []),
    logprobs,
    toChoice(index, { contextLength, defaults }) {
      const sampling = toSampling(request, defaults, seed);
      const wanted = request.max_completion_tokens ?? request.max_tokens ?? maxTokens;
      return {
        messages,
        template_kwargs: request.chat_template_kwargs ?? {},
        // Each choice draws its own numbers, the same ones again for the same seed.
        sampling: { ...sampling, seed: sampling.seed + index },
        max_tokens: Math.min(wanted, contextLength),
        ignore_eos: request.ignore_eos ?? false,
        logprobs,
      };
    },
  };
}
