import { type Static, Type } from "@sinclair/typebox";

/** What `ov-llm tune` can try, in the order in which it does: what matters most comes first. */
const Topic = Type.Union([
  Type.Literal("device"),
  Type.Literal("kv"),
  Type.Literal("threads"),
  Type.Literal("quantization"),
  Type.Literal("chunk"),
  Type.Literal("speculation"),
  Type.Literal("pinning"),
  Type.Literal("cores"),
  Type.Literal("attention"),
]);
export type Topic = Static<typeof Topic>;
export const topics: readonly Topic[] = Topic.anyOf.map((one) => one.const);

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const positive = Type.Number({ minimum: 0 });

/** Assignments as `ov-llm models set` takes them: `key=value`, `key=` to remove the key. */
const Change = Type.Array(Type.String());

/** The middle of what was measured of one way to run the model. */
export const Figures = Type.Object({
  first_token_ms: positive,
  tokens_per_second: positive,
  answer_ms: Type.Number({ minimum: 0, description: "Of a whole answer" }),
});
export type Figures = Static<typeof Figures>;

export const Judgement = Type.Object({
  verdict: Type.Union([Type.Literal("faster"), Type.Literal("slower"), Type.Literal("same")]),
  gain: Type.Number({ description: "How much faster whole answers are: 0.1 is 10 %, negative is slower" }),
  spread: Type.Number({
    minimum: 0,
    description:
      "What `gain` may be off by: half of its 95 % confidence interval, or the machine's noise where that is more",
  }),
  first_token_gain: Type.Number({ description: "As `gain`, of the first token" }),
  token_gain: Type.Number({ description: "As `gain`, of the tokens after the first" }),
});
export type Judgement = Static<typeof Judgement>;

/** Where what is written with a change first differs. */
export const Difference = Type.Object({
  same_words: Type.Integer({ minimum: 0, description: "How many words both texts have in common before" }),
  present: Type.String({ description: "What comes then with the present settings, in a few words" }),
  changed: Type.String({ description: "What comes then with the change" }),
});
export type Difference = Static<typeof Difference>;

export const Measured = Type.Object({
  pairs: Type.Integer({ minimum: 1 }),
  figures: Figures,
  judgement: Judgement,
  difference: orNull(Difference),
});
export type Measured = Static<typeof Measured>;

export const Tried = Type.Object({
  topic: Topic,
  label: Type.String({ description: "A few words, such as `KV cache in f16`" }),
  change: Change,
  problem: orNull(Type.String({ description: "Why it is out of the question" })),
  measured: orNull(Measured),
});
export type Tried = Static<typeof Tried>;

/** What this machine or model gives no choice of, and why, as a clause. */
export const Untried = Type.Object({ topic: Topic, why: Type.String() });
export type Untried = Static<typeof Untried>;

/** What won, measured once more with processes of its own. */
export const Winner = Type.Composite([
  Measured,
  Type.Object({ labels: Type.Array(Type.String()), change: Change }),
]);
export type Winner = Static<typeof Winner>;

export const TuneResult = Type.Object({
  model: Type.String(),
  device: Type.String(),
  engine: Type.String(),
  size: Type.Object(
    { prompt_tokens: positive, answer_tokens: positive },
    { description: "Of what was measured; the prompt's is approximate" },
  ),
  present: Figures,
  noise: Type.Number({
    minimum: 0,
    description: "By how much the present settings differ from themselves: 0.03 is 3 %",
  }),
  disturbed: Type.Integer({
    minimum: 0,
    description: "Pairs that were dropped because the server answered requests meanwhile",
  }),
  tried: Type.Array(Tried),
  untried: Type.Array(Untried),
  winner: orNull(Winner),
  /** What was faster at first, but not when it was measured once more; results of older versions do not have it. */
  unconfirmed: Type.Optional(orNull(Winner)),
});
export type TuneResult = Static<typeof TuneResult>;

/** A result as it is kept, with what is needed to take the change back. */
export const Tuning = Type.Composite([
  TuneResult,
  Type.Object({
    at: Type.String({ description: "When it ended, ISO 8601" }),
    path: Type.String({ description: "Where the model lay" }),
    written: Type.Boolean({ description: "Whether the winner was written into the entry" }),
    undo: orNull(Change),
  }),
]);
export type Tuning = Static<typeof Tuning>;
