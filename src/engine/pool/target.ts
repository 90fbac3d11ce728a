import type { GenerationDefaults } from "../../models/folder.ts";
import type { LoadMessage } from "../../protocol/load.ts";
import type { EngineChoice } from "../kinds/engines.ts";
import type { Host } from "../supervise/types.ts";

/** Which model to run and how. Two targets that differ in `toKey` never share a process. */
export interface ModelTarget {
  name: string;
  path: string;
  /** What the model does, as its registry entry says; src/models knows the tasks. */
  task: string;
  device: string;
  /** Overrides what the model's files say, in tokens. */
  contextLength: number | null;
  engine: EngineChoice;
  /** For OpenVINO, checked by the registry. */
  properties: LoadMessage["properties"];
  /** Never unloaded for being idle, nor for another model's sake. */
  pinned?: boolean;
  /** Unloaded after so many seconds without a request; 0: never; null: as the pool's own setting says. */
  idleSeconds?: number | null;
}

export interface LoadedModel {
  host: Host;
  defaults: GenerationDefaults;
}

/** Rejects when the signal aborts, with the process gone. */
export type LoadModel = (target: ModelTarget, signal: AbortSignal) => Promise<LoadedModel>;

/** What an entry of the registry may say of it. */
export interface TargetEntry {
  path: string;
  task: string;
  device?: string;
  engine?: EngineChoice;
  context_length?: number;
  properties?: LoadMessage["properties"];
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
    pinned: entry.pinned ?? false,
    idleSeconds: entry.idle_seconds ?? null,
  };
}

/** What a model's process depends on; how long it stays is no part of it. */
export function toKey({ name, path, task, device, contextLength, engine, properties }: ModelTarget): string {
  return JSON.stringify([name, path, task, device, contextLength, engine, properties]);
}
