import { createHash } from "node:crypto";
import { OvError } from "../../errors.ts";
import type { Memory } from "../memory/memory.ts";
import type { Room } from "../memory/room.ts";
import type { LoadedModel, LoadModel } from "../model/loaded.ts";
import type { ModelTarget } from "../model/target.ts";
import { createQueue } from "./queue.ts";
import type { PoolReport } from "./report.ts";
import type { Loaded, Slot } from "./slot.ts";
import { untilAborted } from "./until-aborted.ts";

/** How many requests a model takes; its engine may run fewer at once. */
export interface QueueLimits {
  maxConcurrent: number;
  maxQueue: number;
  /** The longest wait for a turn, or for memory. */
  queueSeconds: number;
}

export interface LoadingOptions extends QueueLimits {
  load: LoadModel;
  memory: Pick<Memory, "need">;
  room: Pick<Room, "take">;
  report: PoolReport;
  /** Milliseconds, monotonic. */
  now: () => number;
}

/**
 * Loads a slot's model; changes no state. `predecessors` resolves when earlier processes of
 * the model have ended: two versions of it are never in memory at once. Rejects with the failure, leaving no process,
 * or with the reason of the slot's `stop`.
 */
export function createLoading({ load, memory, room, report, now, ...limits }: LoadingOptions) {
  /** Waits for the slot's memory; returns the target that fits, without speculation if only that fits. */
  async function makeRoom(slot: Slot): Promise<ModelTarget> {
    const { target } = slot;
    const { signal } = slot.stop;
    slot.need = await memory.need(target);
    try {
      await room.take(slot, signal);
      return target;
    } catch (error) {
      if (!target.speculation || !isTooLarge(error)) throw error;
      const plain = { ...target, speculation: null };
      slot.need = await memory.need(plain);
      await room.take(slot, signal);
      report.plain(slot, error.message);
      return plain;
    }
  }

  return async (slot: Slot, predecessors: Promise<void>): Promise<Loaded> => {
    const { signal } = slot.stop;
    await untilAborted(predecessors, signal);
    const target = await makeRoom(slot);
    report.loading(slot);
    const started = now();
    const model = await load(target, signal);
    return {
      model,
      fingerprint: toFingerprint(slot.key, model),
      queue: createQueue({
        limit: Math.min(model.host.ready.max_concurrent, limits.maxConcurrent),
        maxWaiting: limits.maxQueue,
        waitSeconds: limits.queueSeconds,
        model: slot.name,
      }),
      at: Math.floor(Date.now() / 1000),
      took: now() - started,
    };
  };
}

/** Whether the model can never fit, not just at present. */
function isTooLarge(error: unknown): error is OvError {
  return (
    error instanceof OvError && error.code === "insufficient_memory" && error.retryAfterSeconds === undefined
  );
}

function toFingerprint(key: string, { host }: LoadedModel): string {
  const versions = JSON.stringify(host.ready.versions);
  return `fp_${createHash("sha256").update(key).update(versions).digest("hex").slice(0, 12)}`;
}
