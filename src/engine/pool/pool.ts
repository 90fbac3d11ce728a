import { startAlarm } from "../../alarm.ts";
import { OvError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Memory } from "../memory/memory.ts";
import type { ObserveModel } from "../model/events.ts";
import type { LoadedModel, LoadModel } from "../model/loaded.ts";
import type { ModelTarget } from "../model/target.ts";
import type { LoadFailure } from "./cooldown.ts";
import { createHolds } from "./holds.ts";
import { createUse, type Lease, type LeaseUser } from "./lease.ts";
import { createLife } from "./life.ts";
import type { QueueLimits } from "./loading.ts";
import { createPoolReport } from "./report.ts";
import { createSlots } from "./slots.ts";
import { type ModelStatus, toStatus } from "./status.ts";
import { untilAborted } from "./until-aborted.ts";

/** The models in memory: where each runs, who may use it and when. */
export interface Pool {
  /**
   * Loads the model if necessary, waits for a turn, runs `work` with the lease and returns the lease when the work ends,
   * fails, or its consumer leaves the loop. Yields what the work yields; throws the errors of the work, the load and
   * the queue, and the signal's reason. If the engine ends before the work has yielded its first value, the work runs
   * again on the next engine, on three at most, unless the entry is no longer in force.
   */
  use<T>(
    target: ModelTarget,
    user: LeaseUser,
    work: (lease: Lease) => AsyncIterable<T> | Promise<AsyncIterable<T>>,
  ): AsyncGenerator<T>;
  /** Loads the model unless it is loaded. Fails with `insufficient_memory` if it would have to evict others and may not. */
  load(target: ModelTarget, signal: AbortSignal, mayEvict: boolean): Promise<void>;
  /**
   * The loaded model without a lease: its process may be ended at any time, and work with it does not count as
   * use. null: it takes no requests now.
   */
  peek(name: string): LoadedModel | null;
  /** Lets the model's requests finish; resolves when its process has ended. */
  unload(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Makes these the entries in force. A model that is not among them, or differs in `toKey`, drains: the next request
   * reloads it. The others keep their processes and adopt the new idle times and pins.
   */
  reconcile(targets: readonly ModelTarget[]): void;
  /** The status of each model that is not unloaded, by name. */
  status(): ReadonlyMap<string, ModelStatus>;
  /** The failures of the models whose last load failed, by name, until a load succeeds or their entry changes. */
  failures(): ReadonlyMap<string, LoadFailure>;
  /**
   * Lets running requests finish within that time, then ends every process; loads, and waits for memory, end at once.
   * Takes no requests from then on. A second call shortens the time of the first.
   */
  close(drainSeconds: number): Promise<void>;
}

export interface PoolOptions extends QueueLimits {
  load: LoadModel;
  memory: Memory;
  /** For models whose entry says nothing else; 0: never. */
  idleSeconds: number;
  /** How much memory a process may use for grammars, in bytes; see `grammar-bounds.ts`. */
  grammarMemory: number;
  log: Log;
  /** Receives the events of models. */
  observe?: ObserveModel;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

export function createPool(options: PoolOptions): Pool {
  const { memory, now = () => performance.now() } = options;
  const report = createPoolReport(options, now);
  const slots = createSlots();
  const life = createLife({ ...options, slots, report, now });
  const { release, reconcile, ...holds } = createHolds(slots, life, now);
  let closed = false;

  function hold(target: ModelTarget, mayEvict: boolean) {
    if (closed) throw shuttingDown();
    return holds.hold(target, mayEvict);
  }

  return {
    use: createUse({ hold: (target) => hold(target, true), release }, report, now),
    async load(target, signal, mayEvict) {
      const slot = hold(target, mayEvict);
      try {
        await untilAborted(slot.whenLoaded, signal);
      } finally {
        release(slot);
      }
    },
    peek(name) {
      const slot = slots.get(name);
      return slot?.state === "ready" ? (slot.loaded?.model ?? null) : null;
    },
    async unload(name, signal) {
      const slot = slots.get(name);
      if (slot) life.drain(slot, "asked");
      await untilAborted(slots.whenLeft(name), signal);
    },
    reconcile,
    failures: life.failures,
    status: () => new Map(slots.all().map((slot) => [slot.name, toStatus(slot, memory.read)])),
    async close(drainSeconds) {
      closed = true;
      for (const slot of slots.current()) life.drain(slot, "shutdown");
      const last = slots.all();
      for (const { loaded, stop } of last) if (!loaded) stop.abort(shuttingDown());
      const gone = Promise.all(last.map((slot) => slot.gone.promise));
      await within(gone, drainSeconds);
      for (const slot of last) if (slots.has(slot)) life.end(slot);
      await gone;
    },
  };
}

/** Waits for the promise, but no longer than this many seconds. */
async function within(promise: Promise<unknown>, seconds: number): Promise<void> {
  const time = Promise.withResolvers<void>();
  using _alarm = startAlarm(seconds * 1000, time.resolve);
  await Promise.race([promise, time.promise]);
}

function shuttingDown(): OvError {
  const message = "The server is stopping. Try again in a moment.";
  return new OvError("shutting_down", message, { retryAfterSeconds: 5 });
}
