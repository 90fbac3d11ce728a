import type { GenerateMessage } from "../../protocol/generate.ts";
import type { GenerationConfig } from "./binding.ts";
import { toStructuredOutput } from "./structured-output.ts";

/**
 * The configuration of one request. The binding starts from the engine's defaults, not from the model's
 * generation_config.json, and takes only the end-of-text tokens from there; so every value is stated.
 * `apply_chat_template`: with it the engine's template is ours, which changes nothing; without it the tokenizer's own
 * special tokens come around the prompt. See `renderVerbatim`.
 */
export function toGenerationConfig(
  message: GenerateMessage,
  { maxTokens, specialTokens }: { maxTokens: number; specialTokens: boolean },
): GenerationConfig {
  const { sampling, grammar } = message;
  const isSampled = sampling.temperature > 0;
  return {
    apply_chat_template: !specialTokens,
    max_new_tokens: maxTokens,
    ignore_eos: message.ignore_eos,
    repetition_penalty: sampling.repetition_penalty,
    presence_penalty: sampling.presence_penalty,
    frequency_penalty: sampling.frequency_penalty,
    do_sample: isSampled,
    ...(isSampled && {
      temperature: sampling.temperature,
      top_p: sampling.top_p,
      min_p: sampling.min_p,
      rng_seed: sampling.seed,
      ...(sampling.top_k !== null && { top_k: sampling.top_k }),
    }),
    ...(grammar !== null && { structured_output_config: toStructuredOutput(grammar) }),
  };
}
