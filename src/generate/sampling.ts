import type { ChatCompletionRequest } from "../api/openai/chat/request.ts";
import type { Sampling } from "../protocol/sampling.ts";

/** Defaults of a model's generation_config.json. */
export interface SamplingDefaults {
  do_sample?: boolean;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  min_p?: number;
  repetition_penalty?: number;
}

/** Below it dividing by the temperature overflows; vLLM draws the line at the same value. */
const leastTemperature = 1e-5;

/** The engine's numbers have 32 bits: a smaller one would be 0 there, which it refuses where 0 is no choice. */
const leastNumber = 2 ** -126;

/**
 * The request's values, else the model's, else OpenAI's. Without any word on the temperature a model that
 * recommends none answers greedily, unless another parameter asks for sampling.
 * `seed`: used when the request has none; an integer of 0 or more.
 */
export function toSampling(
  request: ChatCompletionRequest,
  defaults: SamplingDefaults,
  seed: number,
): Sampling {
  const topP = request.top_p ?? defaults.top_p ?? 1;
  const likeliest = topP < leastNumber;
  const topK = request.top_k ?? defaults.top_k ?? 0;
  const minP = request.min_p ?? defaults.min_p ?? 0;
  const repetition = request.repetition_penalty ?? defaults.repetition_penalty ?? 1;
  const temperature = request.temperature ?? defaultTemperature(request, defaults);
  // A top_p of 0 or a min_p of 1 leave only the likeliest token.
  const greedy = temperature < leastTemperature || likeliest || minP === 1 || topK === 1;
  return {
    temperature: greedy ? 0 : temperature,
    top_p: likeliest ? 1 : topP,
    top_k: topK > 0 ? topK : null,
    min_p: minP === 1 ? 0 : minP,
    repetition_penalty: Math.max(repetition, leastNumber),
    presence_penalty: request.presence_penalty ?? 0,
    frequency_penalty: request.frequency_penalty ?? 0,
    seed: Math.abs(request.seed ?? seed),
  };
}

function defaultTemperature(request: ChatCompletionRequest, defaults: SamplingDefaults): number {
  if (defaults.do_sample !== false && defaults.temperature !== undefined) return defaults.temperature;
  const asked = [request.top_p, request.top_k, request.min_p, request.seed];
  const wantsSampling = asked.some((value) => value !== undefined && value !== null);
  return defaults.do_sample || wantsSampling || (request.n ?? 1) > 1 ? 1 : 0;
}
