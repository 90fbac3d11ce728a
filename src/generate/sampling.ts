import type { Sampling } from "../protocol/sampling.ts";
import type { SamplingWishes } from "./request.ts";

/** Defaults of a model's generation_config.json. */
export interface SamplingDefaults {
  do_sample?: boolean;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  min_p?: number;
  repetition_penalty?: number;
}

/** Below it dividing by the temperature overflows; vLLM has the same limit. */
export const leastTemperature = 1e-5;

/**
 * Larger seeds, as clients draw them from 64 bits, are taken modulo it, so that adding the number of a choice is exact. JSON.parse
 * rounds those beyond 2^53.
 */
const seeds = 2 ** 52;

/** The engine's numbers have 32 bits: a smaller one would become 0, which it refuses where 0 is not allowed. */
const leastNumber = 2 ** -126;

/**
 * The request's values, then the model's, then OpenAI's. A model that recommends no temperature answers greedily unless the
 * request asks for sampling by another parameter or by several choices.
 * `seed`: for a request without one; an integer of 0 or more.
 */
export function toSampling(
  wishes: SamplingWishes,
  defaults: SamplingDefaults,
  { seed, choices }: { seed: number; choices: number },
): Sampling {
  const topP = wishes.top_p ?? defaults.top_p ?? 1;
  const likeliest = topP < leastNumber;
  const topK = wishes.top_k ?? defaults.top_k ?? 0;
  const minP = wishes.min_p ?? defaults.min_p ?? 0;
  const repetition = wishes.repetition_penalty ?? defaults.repetition_penalty ?? 1;
  const temperature = wishes.temperature ?? defaultTemperature(wishes, defaults, choices);
  // A top_p of 0 or a min_p of 1, rounded to 32 bits, leaves only the likeliest token.
  const isOne = Math.fround(minP) >= 1;
  const greedy = temperature < leastTemperature || likeliest || isOne || topK === 1;
  return {
    temperature: greedy ? 0 : temperature,
    top_p: likeliest ? 1 : topP,
    top_k: topK > 0 ? topK : null,
    min_p: isOne ? 0 : minP,
    repetition_penalty: Math.max(repetition, leastNumber),
    presence_penalty: wishes.presence_penalty ?? 0,
    frequency_penalty: wishes.frequency_penalty ?? 0,
    seed: Math.abs(wishes.seed ?? seed) % seeds,
  };
}

function defaultTemperature(wishes: SamplingWishes, defaults: SamplingDefaults, choices: number): number {
  if (defaults.do_sample !== false && defaults.temperature !== undefined) return defaults.temperature;
  const asked = [wishes.top_p, wishes.top_k, wishes.min_p, wishes.seed];
  const wantsSampling = asked.some((value) => value !== undefined && value !== null);
  return defaults.do_sample || wantsSampling || choices > 1 ? 1 : 0;
}
