import { type Static, Type } from "@sinclair/typebox";
import type { ClassifyAsk } from "../../../serving/classify.ts";
import { nullable } from "../../nullable.ts";
import { malformed } from "../../refusal.ts";
import { TruncatePromptTokens, toMaxTokens } from "../embeddings/request.ts";

const mostTexts = 2048;

/** Body of POST /v1/classify (vllm/entrypoints/pooling/classify). Unknown keys are ignored. */
export const ClassifyRequest = Type.Object(
  {
    model: nullable(Type.String({ description: "A name or alias of the registry" })),
    input: Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: mostTexts })], {
      description: "A text, or several",
    }),
    truncate_prompt_tokens: TruncatePromptTokens,
    user: nullable(Type.String({ description: "Ignored" })),
  },
  { additionalProperties: true },
);
export type ClassifyRequest = Static<typeof ClassifyRequest>;

/** Throws `invalid_request` where there is nothing to classify. */
export function toClassifyAsk({ input, truncate_prompt_tokens }: ClassifyRequest): ClassifyAsk {
  if (input.length === 0) throw malformed("input", "is empty: send a text, or a list of some.");
  const texts = [input].flat();
  const empty = texts.indexOf("");
  if (empty !== -1) throw malformed(`input[${empty}]`, "is empty, so there is nothing to classify.");
  // A tokenizer takes no halves of characters.
  return { texts: texts.map((text) => text.toWellFormed()), maxTokens: toMaxTokens(truncate_prompt_tokens) };
}
