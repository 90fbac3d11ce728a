import { type Static, Type } from "@sinclair/typebox";

/** Everything that decides which token comes next; each value is explicit, so the engine's defaults never apply. */
export const Sampling = Type.Object({
  /** 0: greedy. */
  temperature: Type.Number({ minimum: 0 }),
  top_p: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** null: all tokens. */
  top_k: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  min_p: Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
  repetition_penalty: Type.Number({ exclusiveMinimum: 0 }),
  presence_penalty: Type.Number(),
  frequency_penalty: Type.Number(),
  seed: Type.Integer({ minimum: 0 }),
});
export type Sampling = Static<typeof Sampling>;

/** Always the most probable token, without penalties. */
export const greedy: Sampling = {
  temperature: 0,
  top_p: 1,
  top_k: null,
  min_p: 0,
  repetition_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  seed: 0,
};
