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

/** The models in memory: who runs where, who may use them and when. */
export interface Pool {
  /**
   * Loads the model if need be, waits for a turn, runs `work` with the lease and gives that back when the work ends,
   * fails, or its consumer leaves the loop. Yields what the work yields; throws its errors, those of the load and of
   * the queue, and the signal's reason. If the engine ends before the work has yielded a first value, the work is run
   * again on the next engine, three in all, unless the entry is no longer in force.
   */
  use<T>(
    target: ModelTarget,
    user: LeaseUser,
    work: (lease: Lease) => AsyncIterable<T> | Promise<AsyncIterable<T>>,
  ): AsyncGenerator<T>;
  /** Loads the model unless it is. Fails with `insufficient_memory` where others would have to be evicted and may not. */
  load(target: ModelTarget, signal: AbortSignal, mayEvict: boolean): Promise<void>;
  /**
   * The model as it is loaded, without holding it: its process may be ended at any time, and work with it does not count as
   * use. null: it takes no requests now.
   */
  peek(name: string): LoadedModel | null;
  /** Lets the model's requests finish; resolves when its process is gone. */
  unload(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Makes these the entries in force. A model that is not among them, or differs in `toKey`, drains: the next request
   * loads it again. The others keep their processes and take over how long they stay.
   */
  reconcile(targets: readonly ModelTarget[]): void;
  /** Of each model that is not unloaded, by name. */
  status(): ReadonlyMap<string, ModelStatus>;
  /** Of the models whose last load failed, by name, until one succeeds or their entry changes. */
  failures(): ReadonlyMap<string, LoadFailure>;
  /**
   * Lets running requests finish within that time, then ends every process; loads, and waits for memory, end at once.
   * No request is taken from here on. A second call shortens the time of the first.
   */
  close(drainSeconds: number): Promise<void>;
}

export interface PoolOptions extends QueueLimits {
  load: LoadModel;
  memory: Memory;
  /** For models whose entry says nothing else; 0: never. */
  idleSeconds: number;
  /** What a process may keep of grammars, in bytes; see `grammar-bounds.ts`. */
  grammarMemory: number;
  log: Log;
  /** Gets what happens to models. */
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

/** Waits for the promise, but no longer than that. */
async function within(promise: Promise<unknown>, seconds: number): Promise<void> {
  const time = Promise.withResolvers<void>();
  using _alarm = startAlarm(seconds * 1000, time.resolve);
  await Promise.race([promise, time.promise]);
}

function shuttingDown(): OvError {
  const message = "The server is stopping. Try again in a moment.";
  return new OvError("shutting_down", message, { retryAfterSeconds: 5 });
}
