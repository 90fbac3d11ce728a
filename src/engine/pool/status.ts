import type { LoadedModel } from "../model/loaded.ts";
import type { Slot, SlotState } from "./slot.ts";

/** The present status of a model that is not unloaded. */
export interface ModelStatus {
  state: SlotState;
  /** What runs it; null: not loaded yet. */
  model: LoadedModel | null;
  device: string | null;
  engine: string | null;
  /** In tokens. */
  contextLength: number | null;
  running: number;
  waiting: number;
  /** Unix time in seconds; null: not loaded yet. */
  loadedAt: number | null;
  /** What its process holds now, in bytes; looked up only when it is read. */
  readonly memory: number | null;
  /** When it will be unloaded unless a request comes, Unix time in seconds; null: it will not. */
  idleUnloadAt: number | null;
}

/** `readMemory`: what a process holds, in bytes; null: it has ended. */
export function toStatus(
  { state, loaded, idle }: Slot,
  readMemory: (pid: number) => number | null,
): ModelStatus {
  const host = loaded?.model.host;
  return {
    state,
    model: loaded?.model ?? null,
    device: host?.ready.device ?? null,
    engine: host?.ready.engine ?? null,
    contextLength: host?.ready.context_length ?? null,
    running: loaded?.queue.running ?? 0,
    waiting: loaded?.queue.waiting ?? 0,
    loadedAt: loaded?.at ?? null,
    get memory() {
      return host ? readMemory(host.pid) : null;
    },
    idleUnloadAt: idle.firesAt,
  };
}
