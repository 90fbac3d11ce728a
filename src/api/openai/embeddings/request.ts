import { type Static, Type } from "@sinclair/typebox";
import type { EmbedAsk } from "../../../serving/embed.ts";
import { nullable } from "../../nullable.ts";
import { malformed } from "../../refusal.ts";

/** OpenAI API reference, "Create embeddings": so many inputs at most. */
const mostInputs = 2048;

const token = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });

/** For all requests that may be cut; vLLM's name (vllm/entrypoints/pooling). */
export const TruncatePromptTokens = nullable(
  Type.Integer({
    minimum: -1,
    description: "Cut longer texts to that many tokens; -1: to the model's maximum. Default: refuse them",
  }),
);

/** Body of POST /v1/embeddings. Unknown keys are ignored. */
export const EmbeddingRequest = Type.Object(
  {
    model: nullable(Type.String({ description: "A name or alias of the registry" })),
    input: Type.Union(
      [
        Type.String(),
        Type.Array(Type.String(), { maxItems: mostInputs }),
        Type.Array(token),
        Type.Array(Type.Array(token), { maxItems: mostInputs }),
      ],
      { description: "A text, several, or token ids of the model's own vocabulary" },
    ),
    encoding_format: nullable(
      Type.Union([Type.Literal("float"), Type.Literal("base64")], {
        description: "Default: float. base64: float32, little-endian",
      }),
    ),
    dimensions: nullable(
      Type.Integer({
        minimum: 1,
        description: "Length of the vectors, for models that were trained for shorter ones",
      }),
    ),
    input_type: nullable(
      Type.String({
        description: "`query` or `document`, for models that are asked differently for each",
      }),
    ),
    truncate_prompt_tokens: TruncatePromptTokens,
    user: nullable(Type.String({ description: "Ignored" })),
  },
  { additionalProperties: true },
);
export type EmbeddingRequest = Static<typeof EmbeddingRequest>;

/** Throws `invalid_request` where there is nothing to embed. */
export function toEmbedAsk(body: EmbeddingRequest): EmbedAsk {
  return {
    inputs: toInputs(body.input, "input"),
    inputType: body.input_type ?? null,
    maxTokens: toMaxTokens(body.truncate_prompt_tokens),
    dimensions: body.dimensions ?? null,
  };
}

/** As the services take it. Throws `invalid_request` for 0. */
export function toMaxTokens(truncate: number | null | undefined): number | null {
  if (truncate === 0) throw malformed("truncate_prompt_tokens", "must be 1 or more, or -1.");
  return truncate === -1 ? Number.POSITIVE_INFINITY : (truncate ?? null);
}

/** One input for each vector; none of them is empty. */
export function toInputs(input: EmbeddingRequest["input"], param: string): EmbedAsk["inputs"] {
  if (input.length === 0) throw malformed(param, "is empty: send a text, or a list of some.");
  const inputs = toList(input);
  const empty = inputs.findIndex((one) => one.length === 0);
  if (empty !== -1) throw malformed(`${param}[${empty}]`, "is empty, so there is nothing to embed.");
  // A tokenizer takes no halves of characters.
  return inputs.map((one) => (typeof one === "string" ? one.toWellFormed() : one));
}

function toList(input: EmbeddingRequest["input"]): EmbedAsk["inputs"] {
  if (typeof input === "string") return [input];
  const tokens = input.filter((one) => typeof one === "number");
  return tokens.length > 0 ? [tokens] : input.filter((one) => typeof one !== "number");
}
