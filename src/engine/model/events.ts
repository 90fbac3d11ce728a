/**
 * Why a model's process was ended: it was idle, another model needed its memory, its entry changed or was removed, somebody
 * asked for it, the grammars that it keeps had grown too large, everyone who waited for it left before it was loaded, or the server stops.
 */
export type UnloadReason = "idle" | "memory" | "changed" | "asked" | "grammars" | "abandoned" | "shutdown";

/** What happens to models. `model`: the registered name. */
export type ModelEvent =
  | { type: "loaded"; model: string; seconds: number; pid: number; device: string; engine: string }
  | { type: "load_failed"; model: string }
  /** The pool ended its process. */
  | { type: "unloaded"; model: string; reason: UnloadReason }
  /** Its process ended by itself, or was killed because it was silent or broke the protocol. */
  | { type: "crashed"; model: string }
  /** A request got its turn after this many seconds, including the load of the model. */
  | { type: "admitted"; model: string; seconds: number }
  /** The share of its KV cache that is in use, 0 to 1. */
  | { type: "kv_cache"; model: string; usage: number }
  /** Guesses for its answers since the last such event: steps, tokens, and how many were right. */
  | { type: "speculation"; model: string; drafts: number; draft_tokens: number; accepted_tokens: number }
  /** How many distinct grammars its process keeps now, and their memory. */
  | { type: "grammars"; model: string; held: number; bytes: number };

export type ObserveModel = (event: ModelEvent) => void;
