import type { GenerateRequest } from "../../src/protocol/generate.ts";
import { greedy } from "../../src/protocol/sampling.ts";

/** As the small model's chat template has it. */
const toPrompt = (content: string): string =>
  `<|im_start|>user\n${content}<|im_end|>\n<|im_start|>assistant\n`;

/** A request for the host under test; greedy unless it says otherwise. */
export function toRequest(
  content: string,
  {
    sampling,
    ...extra
  }: Partial<Omit<GenerateRequest, "sampling">> & {
    sampling?: Partial<GenerateRequest["sampling"]>;
  } = {},
): GenerateRequest {
  return {
    prompt: toPrompt(content),
    add_special_tokens: false,
    grammar: null,
    special_tokens: false,
    sampling: { ...greedy, seed: 1, ...sampling },
    max_tokens: 32,
    ignore_eos: false,
    logprobs: false,
    ...extra,
  };
}
