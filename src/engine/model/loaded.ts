import type { GenerationDefaults } from "../../models/description.ts";
import type { EmbeddingFacts } from "../../models/embedding.ts";
import type { Host } from "../supervise/types.ts";
import type { ModelTarget } from "./target.ts";

/** A model in memory: what its process can be asked, and what its files say of answers. One object per load. */
export interface LoadedModel {
  readonly host: Host;
  readonly defaults: GenerationDefaults;
  /** How it makes embeddings, its entry's wishes included; null: it makes none. */
  readonly embedding?: EmbeddingFacts | null;
}

/** Rejects when the signal aborts, with the process gone. */
export type LoadModel = (target: ModelTarget, signal: AbortSignal) => Promise<LoadedModel>;
