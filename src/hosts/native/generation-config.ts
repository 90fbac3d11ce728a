import type { GenerateMessage } from "../../protocol/generate.ts";
import type { GenerationConfig } from "./binding.ts";
import { toStructuredOutput } from "./structured-output.ts";

/**
 * What one request asks of the engine. The binding starts from the engine's defaults, not from the model's
 * generation_config.json, and takes only the end-of-text tokens from there; so every value is stated.
 * `apply_chat_template` is on: the engine's template is then ours, which changes nothing; see `renderVerbatim`.
 */
export function toGenerationConfig(message: GenerateMessage, maxTokens: number): GenerationConfig {
  const { sampling, grammar } = message;
  const isSampled = sampling.temperature > 0;
  return {
    apply_chat_template: true,
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
