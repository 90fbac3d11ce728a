import { type Static, Type } from "@sinclair/typebox";

/** The daemon's number of a request; every answer repeats it. */
export const requestId = Type.Integer({ minimum: 0 });

export const CancelMessage = Type.Object({ type: Type.Literal("cancel"), id: requestId });
export const CloseMessage = Type.Object({ type: Type.Literal("close") });

/** The end of a request of any operation: exactly one of `finished` and `failed` comes, and nothing after it. */
export const FinishedMessage = Type.Object({
  type: Type.Literal("finished"),
  id: requestId,
  /** `length`: the answer reached its limit; `cancelled`: the daemon cancelled the request. */
  reason: Type.Union([Type.Literal("stop"), Type.Literal("length"), Type.Literal("cancelled")]),
});

/** One request failed, or, with id null, the load or the whole host. `code` is one of the error catalogue. */
export const FailedMessage = Type.Object({
  type: Type.Literal("failed"),
  id: Type.Union([requestId, Type.Null()]),
  code: Type.String(),
  message: Type.String(),
  /** The field of the client's request that is at fault. */
  param: Type.Optional(Type.String()),
});
export type FailedMessage = Static<typeof FailedMessage>;

/**
 * The grammars that the engine keeps, sent whenever they have changed, before the answers of the
 * step in which they did. Only the end of the process frees them.
 */
export const GrammarsMessage = Type.Object({
  type: Type.Literal("grammars"),
  /** The number of distinct grammars. */
  held: Type.Integer({ minimum: 0 }),
  /** The bytes that they take; estimated where that cannot be measured. */
  bytes: Type.Integer({ minimum: 0 }),
});

/** The last message of one host. */
export type HeldGrammars = Omit<Static<typeof GrammarsMessage>, "type">;

/** The guesses since the last such message: at most once a second while requests run, and once when none is left. */
export const SpeculationMessage = Type.Object({
  type: Type.Literal("speculation"),
  /** Steps of a request in which tokens were guessed. */
  drafts: Type.Integer({ minimum: 0 }),
  /** Tokens that were guessed, and computed. */
  draft_tokens: Type.Integer({ minimum: 0 }),
  /** The guessed tokens that were right. */
  accepted_tokens: Type.Integer({ minimum: 0 }),
  /** Whether guesses are made for new requests from now on. */
  active: Type.Optional(Type.Boolean()),
  /** The reason: the estimated speed of a single answer with guesses, relative to a plain one. */
  worth: Type.Optional(Type.Number()),
  /** Why there are no guesses until the model is loaded again. */
  problem: Type.Optional(Type.String()),
});
export type SpeculationMessage = Static<typeof SpeculationMessage>;

/**
 * At most once a second while requests run, and once when none is left. The share of the KV cache's blocks that
 * running requests hold; blocks kept for later prompts count as free.
 */
export const MetricsMessage = Type.Object({
  type: Type.Literal("metrics"),
  kv_cache_usage: Type.Number({ minimum: 0, maximum: 1 }),
});
