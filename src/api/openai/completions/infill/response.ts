import { type Static, Type } from "@sinclair/typebox";
import { ErrorBody } from "../../errors.ts";

const count = Type.Integer({ minimum: 0 });
const number = Type.Number({ minimum: 0 });

/** llama.cpp's `timings`, in milliseconds and tokens per second. */
export const Timings = Type.Object({
  cache_n: Type.Integer({ minimum: 0, description: "Prompt tokens that the prefix cache held" }),
  prompt_n: Type.Integer({ minimum: 0, description: "Those that were computed" }),
  prompt_ms: number,
  prompt_per_token_ms: number,
  prompt_per_second: number,
  predicted_n: count,
  predicted_ms: number,
  predicted_per_token_ms: number,
  predicted_per_second: number,
});

/** The answer of POST /infill, and the last event of a stream (llama.cpp, tools/server/README.md, POST /completion). */
export const InfillAnswer = Type.Object({
  index: Type.Literal(0),
  content: Type.String({ description: "Empty in a stream, whose pieces came before" }),
  tokens: Type.Array(Type.Integer(), { maxItems: 0 }),
  id_slot: Type.Literal(0),
  stop: Type.Literal(true),
  model: Type.String(),
  tokens_predicted: count,
  tokens_evaluated: count,
  has_new_line: Type.Boolean(),
  truncated: Type.Literal(false),
  stop_type: Type.Union([Type.Literal("eos"), Type.Literal("word"), Type.Literal("limit")]),
  stopping_word: Type.String(),
  tokens_cached: count,
  timings: Timings,
});

export const InfillPiece = Type.Object({
  index: Type.Literal(0),
  content: Type.String(),
  tokens: Type.Array(Type.Integer(), { maxItems: 0 }),
  id_slot: Type.Literal(0),
  stop: Type.Literal(false),
  tokens_predicted: count,
  tokens_evaluated: count,
});

/** An event of a streamed answer; the one whose `stop` is true is the last. */
export const InfillEvent = Type.Object({
  data: Type.String({
    contentMediaType: "application/json",
    contentSchema: Type.Union([InfillPiece, InfillAnswer, ErrorBody]),
  }),
});

export type Timings = Static<typeof Timings>;
export type InfillAnswer = Static<typeof InfillAnswer>;
export type InfillPiece = Static<typeof InfillPiece>;
