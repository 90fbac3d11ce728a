import { type Static, Type } from "@sinclair/typebox";

/** The daemon's number of a request; every answer repeats it. */
export const requestId = Type.Integer({ minimum: 0 });

export const CancelMessage = Type.Object({ type: Type.Literal("cancel"), id: requestId });
export const CloseMessage = Type.Object({ type: Type.Literal("close") });

/** The end of a request, whatever it asked for: exactly one of `finished` and `failed` comes, and nothing after it. */
export const FinishedMessage = Type.Object({
  type: Type.Literal("finished"),
  id: requestId,
  /** `length`: an answer that ended at its bound; `cancelled`: the daemon left the request. */
  reason: Type.Union([Type.Literal("stop"), Type.Literal("length"), Type.Literal("cancelled")]),
});

/** One request failed, or, with id null, the load or the whole host. `code` is one of the error catalogue. */
export const FailedMessage = Type.Object({
  type: Type.Literal("failed"),
  id: Type.Union([requestId, Type.Null()]),
  code: Type.String(),
  message: Type.String(),
  /** The field of the client's request that is at fault, as the client would find it there. */
  param: Type.Optional(Type.String()),
});
export type FailedMessage = Static<typeof FailedMessage>;

/**
 * What the engine keeps of the grammars that requests were held to, whenever that has changed; sent before the answers of the
 * step in which it did. The engine gives none of it back: only the end of the process does.
 */
export const GrammarsMessage = Type.Object({
  type: Type.Literal("grammars"),
  /** Distinct ones. */
  held: Type.Integer({ minimum: 0 }),
  /** Memory that they take; estimated where it cannot be measured. */
  bytes: Type.Integer({ minimum: 0 }),
});

/** Of one host, as its last message has it. */
export type HeldGrammars = Omit<Static<typeof GrammarsMessage>, "type">;

/** What was guessed since the last such message: at most once a second while requests run, and once more when none is left. */
export const SpeculationMessage = Type.Object({
  type: Type.Literal("speculation"),
  /** Steps of a request in which tokens were guessed. */
  drafts: Type.Integer({ minimum: 0 }),
  /** Tokens that were guessed, and computed. */
  draft_tokens: Type.Integer({ minimum: 0 }),
  /** Those that were right. */
  accepted_tokens: Type.Integer({ minimum: 0 }),
  /** New requests are guessed from now on, or no longer. */
  active: Type.Optional(Type.Boolean()),
  /** Why: how fast a single answer is with guesses, of a plain one, as the host reckons. */
  worth: Type.Optional(Type.Number()),
  /** Why there are no guesses until the model is loaded again. */
  problem: Type.Optional(Type.String()),
});
export type SpeculationMessage = Static<typeof SpeculationMessage>;

/**
 * At most once a second while requests run, and once more when none is left. The share of the KV cache's blocks that
 * running requests hold; what is kept for later prompts counts as free.
 */
export const MetricsMessage = Type.Object({
  type: Type.Literal("metrics"),
  kv_cache_usage: Type.Number({ minimum: 0, maximum: 1 }),
});
