import type { ChatCompletionRequest } from "../openai/requests.ts";
import type { Grammar } from "./grammar.ts";
import { toTemplateMessages } from "./messages.ts";
import { type PromptFacts, renderPrompt } from "./prompt.ts";
import { type SamplingChoice, type SamplingDefaults, toSampling } from "./sampling.ts";
import { refuseUnsupported } from "./supported.ts";

/** What the engine is asked to do for one choice of an answer. */
export interface ChoiceRequest {
  prompt: string;
  grammar: Grammar | null;
  special_tokens: boolean;
  sampling: SamplingChoice;
  max_tokens: number;
  ignore_eos: boolean;
  logprobs: boolean;
}

export interface ModelFacts extends PromptFacts {
  /** In tokens; the engine lowers max_tokens to what the prompt leaves of it. */
  context_length: number;
}

/** A checked request, ready to be turned into one engine request per choice. */
export interface ChatPlan {
  choices: number;
  stops: string[];
  logprobs: boolean;
  toChoice(index: number, facts: ModelFacts, defaults: SamplingDefaults): ChoiceRequest;
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
  const messages = toTemplateMessages(request.messages);
  const logprobs = request.logprobs ?? false;
  return {
    choices: request.n ?? 1,
    stops: typeof request.stop === "string" ? [request.stop] : (request.stop ?? []),
    logprobs,
    toChoice(index, facts, defaults) {
      const sampling = toSampling(request, defaults, seed);
      const wanted = request.max_completion_tokens ?? request.max_tokens ?? maxTokens;
      return {
        prompt: renderPrompt(facts, messages, request.chat_template_kwargs ?? {}),
        grammar: null,
        special_tokens: false,
        // Each choice draws its own numbers, the same ones again for the same seed.
        sampling: { ...sampling, seed: sampling.seed + index },
        max_tokens: Math.min(wanted, facts.context_length),
        ignore_eos: request.ignore_eos ?? false,
        logprobs,
      };
    },
  };
}
