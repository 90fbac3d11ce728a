import type { GenerationDefaults } from "../../models/description.ts";
import type { EmbeddingFacts } from "../../models/embedding.ts";
import type { Host } from "../supervise/types.ts";
import type { ModelTarget } from "./target.ts";

/** A model in memory: the operations of its process, and what its files state about answers. One object per load. */
export interface LoadedModel {
  readonly host: Host;
  readonly defaults: GenerationDefaults;
  /** How it computes embeddings, as changed by its entry; null: it computes none. */
  readonly embedding?: EmbeddingFacts | null;
}

/** Rejects when the signal aborts, after the process has ended. */
export type LoadModel = (target: ModelTarget, signal: AbortSignal) => Promise<LoadedModel>;
