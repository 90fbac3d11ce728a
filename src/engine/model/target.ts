import type { EmbeddingWishes } from "../../models/embedding.ts";
import type { LoadMessage } from "../../protocol/load.ts";

/** The kinds of engine; src/engine/kinds implements them. */
export type EngineName = "batching" | "native";

/** auto: whichever can run the model. */
export type EngineChoice = "auto" | EngineName;

/** Which model to run and how. Targets that differ in `toKey` never share a process. */
export interface ModelTarget {
  name: string;
  path: string;
  /** The model's task from its registry entry; src/models knows the tasks. */
  task: string;
  device: string;
  /** Overrides what the model's files state, in tokens. */
  contextLength: number | null;
  engine: EngineChoice;
  /** How it makes embeddings, instead of what its files state. */
  embedding?: EmbeddingWishes | null;
  /** How tokens are guessed; null: they are not. */
  speculation?: SpeculationWish | null;
  /** Most tokens that one step of the engine computes; null: what suits the device. */
  prefillChunk?: number | null;
  /** For OpenVINO, checked by the registry. */
  properties: LoadMessage["properties"];
  /** Identifies the conversion at the path by the entry's `converted_at`; null: unknown. */
  convertedAt?: string | null;
  /** The stamp of the files at the path (models/stamp.ts); null: unknown. Changed files are another model. */
  files?: string | null;
  /** Never unloaded for being idle, nor evicted for another model. */
  pinned?: boolean;
  /** Unload after this many seconds without a request; 0: never; null: the pool's setting applies. */
  idleSeconds?: number | null;
  /**
   * A client's value instead of `idleSeconds`; holds until a client sets another one, or the model is unloaded. 0: it is
   * unloaded as soon as it is unused; Infinity: never for being idle. A pinned model stays.
   */
  keepSeconds?: number | null;
}

/** An entry's speculation, with the draft's path and stamp: another draft makes another target. */
export type SpeculationWish =
  | { kind: "prompt-lookup"; num_assistant_tokens?: number; max_ngram_size?: number }
  | { kind: "draft"; model: string; num_assistant_tokens?: number; draft?: DraftFiles | null };

/** A draft's path and the stamp of its files. */
export interface DraftFiles {
  path: string;
  files: string;
}

/** The parts of a registry entry that a target is made from. */
export interface TargetEntry {
  path: string;
  task: string;
  device?: string;
  engine?: EngineChoice;
  context_length?: number;
  properties?: LoadMessage["properties"];
  embedding?: EmbeddingWishes;
  speculation?: SpeculationWish;
  prefill_chunk?: number;
  converted_at?: unknown;
  pinned?: boolean;
  idle_seconds?: number;
}

/** `fallback`: OV_DEVICE and OV_ENGINE, for entries that name none. */
export function toTarget(
  name: string,
  entry: TargetEntry,
  fallback: { device: string; engine: EngineChoice },
): ModelTarget {
  return {
    name,
    path: entry.path,
    task: entry.task,
    device: (entry.device ?? fallback.device).toUpperCase(),
    contextLength: entry.context_length ?? null,
    engine: entry.engine ?? fallback.engine,
    properties: entry.properties ?? {},
    embedding: entry.embedding ?? null,
    speculation: entry.speculation ?? null,
    prefillChunk: entry.prefill_chunk ?? null,
    convertedAt: typeof entry.converted_at === "string" ? entry.converted_at : null,
    pinned: entry.pinned ?? false,
    idleSeconds: entry.idle_seconds ?? null,
  };
}

/**
 * All that a model's process depends on, as one text; how long it stays and how its answers are read are not included.
 * Decides when a loaded model has to be reloaded, and keys everything that is remembered about its loads.
 */
export function toKey(target: ModelTarget): string {
  const { name, path, task, device, contextLength, engine, convertedAt = null, files = null } = target;
  const properties = Object.entries(target.properties).sort(([a], [b]) => (a < b ? -1 : 1));
  const embedding = Object.entries(target.embedding ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const speculation = Object.entries(target.speculation ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const ways = [
    device,
    contextLength,
    engine,
    properties,
    embedding,
    speculation,
    target.prefillChunk ?? null,
  ];
  return JSON.stringify([name, path, convertedAt, files, task, ...ways]);
}
