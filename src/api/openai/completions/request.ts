import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";
import { ResponseFormat, StructuredOutputs } from "../chat/answer-form.ts";
import { TokenLimit } from "../token-limit.ts";

const token = Type.Integer({ minimum: 0, maximum: 2_147_483_647 });
const tokens = Type.Array(token, { minItems: 1 });
const stopText = Type.String({ minLength: 1, maxLength: 1024 });

/**
 * Body of POST /v1/completions (OpenAI API reference, "Create completion"), with the extensions that vLLM names. Lenient where
 * clients are: keys that are not listed are ignored, null stands for absent.
 */
export const CompletionRequest = Type.Object(
  {
    model: nullable(Type.String({ description: "A name or alias of the registry" })),
    prompt: nullable(
      Type.Union(
        [
          Type.String(),
          Type.Array(Type.String(), { minItems: 1 }),
          tokens,
          Type.Array(tokens, { minItems: 1 }),
        ],
        {
          description:
            "A text, token ids, or a list of either; absent: as if a new document started. Each gets `n` choices, in order",
        },
      ),
    ),
    suffix: nullable(
      Type.String({
        description: "What follows the gap after the prompt, for models with fill-in-the-middle tokens",
      }),
    ),
    stream: nullable(Type.Boolean()),
    stream_options: nullable(
      Type.Object({ include_usage: nullable(Type.Boolean()) }, { additionalProperties: true }),
    ),
    max_tokens: nullable({ ...TokenLimit, description: `${TokenLimit.description}. Default: 16` }),
    n: nullable(Type.Integer({ minimum: 1, maximum: 128 })),
    best_of: nullable(Type.Integer({ minimum: 1, maximum: 128, description: "Only the value of `n`" })),
    echo: nullable(Type.Boolean({ description: "Start each text with its prompt; not with `logprobs`" })),
    logprobs: nullable(
      Type.Integer({ minimum: 0, maximum: 5, description: "Only 0 is served: the chosen tokens'" }),
    ),
    temperature: nullable(Type.Number({ minimum: 0, maximum: 2 })),
    top_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    top_k: nullable(
      Type.Integer({ minimum: -1, maximum: 2_147_483_647, description: "-1 or 0: all tokens" }),
    ),
    min_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    seed: nullable(Type.Integer()),
    stop: nullable(Type.Union([stopText, Type.Array(stopText, { maxItems: 64 })])),
    presence_penalty: nullable(Type.Number({ minimum: -2, maximum: 2 })),
    frequency_penalty: nullable(Type.Number({ minimum: -2, maximum: 2 })),
    repetition_penalty: nullable(Type.Number({ exclusiveMinimum: 0, maximum: 10 })),
    logit_bias: nullable(Type.Record(Type.String(), Type.Number(), { description: "Only {} is served" })),
    prompt_logprobs: nullable(Type.Integer({ description: "Not served" })),
    ignore_eos: nullable(Type.Boolean()),
    add_special_tokens: nullable(
      Type.Boolean({
        description:
          "Put the tokenizer's own tokens around a prompt that is text, unless they are there. Default: true",
      }),
    ),
    skip_special_tokens: nullable(
      Type.Boolean({ description: "false: special tokens stay in the text. Default: true" }),
    ),
    response_format: nullable(ResponseFormat),
    structured_outputs: nullable(StructuredOutputs),
  },
  { additionalProperties: true },
);

export type CompletionRequest = Static<typeof CompletionRequest>;
