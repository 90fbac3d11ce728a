import type { GenerateRequest, GenerationEvent } from "../protocol/generate.ts";
import { greedy } from "../protocol/sampling.ts";

/** Finds out whether a model writes language, from its answer to `toCountRequest`. */
export interface SanityCheck {
  see(event: GenerationEvent): void;
  /** As a clause; null: nothing speaks against it. */
  findDoubt(): string | null;
}

const upTo12 = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,";
const next = /\b13\b/;

/**
 * Counting needs no chat template and no particular language. Measured with SmolLM2-135M, greedy: whole, it counts on, with
 * a mean log-probability of -0.03; with three of its thirty layers random, still; with the first one or fifteen random, it
 * repeats one to six tokens (-0.5 to -4.6); with all random, -9.
 */
export function toCountRequest(capabilities: readonly string[]): GenerateRequest {
  return {
    prompt: upTo12,
    add_special_tokens: true,
    grammar: null,
    special_tokens: false,
    sampling: greedy,
    max_tokens: 24,
    ignore_eos: false,
    logprobs: capabilities.includes("logprobs"),
  };
}

/** Fewer tokens show nothing: an instructed model may end a text that is no question. */
const fewest = 8;
/** On average per token, in natural logarithms. */
const leastLogprob = -1;
const leastDistinct = 1 / 4;

export function createSanityCheck(): SanityCheck {
  const pieces: string[] = [];
  const logprobs: number[] = [];
  return {
    see(event) {
      if (event.type !== "text") return;
      if (event.text !== "") pieces.push(event.text);
      logprobs.push(...(event.logprobs ?? []).map(({ logprob }) => logprob));
    },
    findDoubt() {
      const text = pieces.join("");
      if (next.test(text) || Math.max(pieces.length, logprobs.length) < fewest) return null;
      const mean = logprobs.reduce((sum, one) => sum + one, 0) / logprobs.length;
      const isNoise = logprobs.length > 0 && mean < leastLogprob;
      const repeats = new Set(pieces).size <= pieces.length * leastDistinct;
      if (!isNoise && !repeats) return null;
      return `after "${upTo12}" it writes ${JSON.stringify(text.slice(0, 60))}, which looks like noise`;
    },
  };
}
