import { type Static, Type } from "@sinclair/typebox";

/** Tokens that are guessed for each step of the engine. */
const guesses = Type.Optional(Type.Integer({ minimum: 1, maximum: 16 }));

/**
 * How tokens are guessed before the model computes them, several in one step: from what the prompt and the answer hold
 * already, or by a small model of the same tokenizer (OpenVINO GenAI documentation, "Speculative decoding").
 */
export const SpeculationEntry = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal("prompt-lookup"),
        num_assistant_tokens: guesses,
        /** The longest run of tokens that is looked for. */
        max_ngram_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 })),
      },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        kind: Type.Literal("draft"),
        /** Name of the registry's model that guesses. */
        model: Type.String({ minLength: 1 }),
        num_assistant_tokens: guesses,
      },
      { additionalProperties: false },
    ),
  ],
  {
    description:
      '{"kind":"prompt-lookup"}, optionally with "num_assistant_tokens" and "max_ngram_size", or {"kind":"draft","model":NAME}, optionally with "num_assistant_tokens"; each number is 1 to 16',
  },
);
export type SpeculationEntry = Static<typeof SpeculationEntry>;
