import { OvError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { GenerationDefaults } from "../../models/folder.ts";
import type { GenerateRequest, GenerationEvent } from "../../protocol/generate.ts";
import type { ReadyMessage } from "../../protocol/load.ts";
import type { Memory } from "../memory/memory.ts";
import { createRoom } from "../memory/room.ts";
import { createCooldown } from "./cooldown.ts";
import type { ObserveModel, UnloadReason } from "./events.ts";
import { createPoolReport } from "./report.ts";
import {
  createQueueFor,
  createSlot,
  type ModelStatus,
  type Slot,
  startIdling,
  toFingerprint,
  toStatus,
  toTenant,
} from "./slot.ts";
import { type LoadedModel, type LoadModel, type ModelTarget, toKey } from "./target.ts";
import { untilAborted } from "./until-aborted.ts";

export type PoolEvent = GenerationEvent | { type: "model"; fingerprint: string };

/** What is known of a model once it is loaded. */
export interface PoolModel {
  ready: ReadyMessage;
  defaults: GenerationDefaults;
}

export interface Pool {
  /**
   * Loads the model if need be, waits for its turn, runs one request. `build` makes the request once the model is
   * known; `client`: who asks, for the order of turns. Yields `model` first, then the host's events; throws
   * OvErrors and the signal's reason. A request that its engine has not begun when that ends goes to the next engine:
   * then `build` is called again, and `model` comes again.
   */
  generate(
    target: ModelTarget,
    build: (model: PoolModel) => GenerateRequest,
    signal: AbortSignal,
    client: string,
  ): AsyncGenerator<PoolEvent>;
  /** Loads the model unless it is. Fails with `insufficient_memory` where others would have to go and may not. */
  load(target: ModelTarget, signal: AbortSignal, mayEvict: boolean): Promise<void>;
  /** Lets the model's requests end; resolves when its process is gone. */
  unload(name: string, signal: AbortSignal): Promise<void>;
  /** Ends the model's process once its running requests are done; the next request loads it anew. */
  retire(name: string): void;
  /** Takes over how long the model stays, where it is loaded. */
  keep(target: ModelTarget): void;
  status(): ReadonlyMap<string, ModelStatus>;
  /**
   * Lets running requests end for so long, then ends every process; loads, and waits for memory, end at once. No
   * request is taken after.
   */
  close(drainSeconds: number): Promise<void>;
}

export interface PoolOptions {
  load: LoadModel;
  memory: Memory;
  maxConcurrent: number;
  maxQueue: number;
  /** The longest wait for a turn, or for memory. */
  queueSeconds: number;
  /** For models whose entry says nothing else; 0: never. */
  idleSeconds: number;
  log: Log;
  /** Told what happens to models; for metrics. */
  observe?: ObserveModel;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

/** A request that ends its engine before it has begun must not go on with that for ever. */
const mostEngines = 3;

/** Every model's life: unloaded -> loading -> ready -> draining -> unloaded. The only place that moves it on. */
export function createPool(options: PoolOptions): Pool {
  const { memory, now = () => performance.now() } = options;
  const report = createPoolReport(options, now);
  const slots = new Map<string, Slot>();
  const draining = new Set<Slot>();
  const all = () => [...draining, ...slots.values()];
  const cooldown = createCooldown(now);
  const room = createRoom({
    budget: () => memory.budget(all().flatMap(({ model }) => model?.host.pid ?? [])),
    tenants: () => all().map(toTenant),
    evict: (name, forWhom) => {
      const slot = slots.get(name);
      if (slot) drain(slot, "memory", forWhom);
    },
    waitSeconds: options.queueSeconds,
  });
  let closed = false;

  /** The model's slot, held by one more user. */
  function use(target: ModelTarget, mayEvict: boolean): Slot {
    if (closed) throw shuttingDown();
    const slot = slotFor(target);
    slot.mayEvict = mayEvict || (slot.users > 0 && slot.mayEvict);
    slot.users += 1;
    slot.lastUsed = now();
    slot.idle.stop();
    return slot;
  }

  function slotFor(target: ModelTarget): Slot {
    const { name } = target;
    const current = slots.get(name);
    if (current?.model?.host.alive === false) slots.delete(name);
    else if (current?.key === toKey(target)) return Object.assign(current, { target });
    else if (current) drain(current, "changed");
    cooldown.check(name, toKey(target));
    const slot = createSlot(target, { ...options, now, load, onIdle: (idle) => drain(idle, "idle") });
    slots.set(name, slot);
    return slot;
  }

  async function load(slot: Slot): Promise<LoadedModel> {
    const { signal } = slot.stop;
    const begun = now();
    try {
      // Two versions of a model are never in memory at once.
      await untilAborted(goneBefore(slot.name, slot), signal);
      slot.need = await memory.need(slot.target);
      await room.take(slot, signal);
      return await start(slot);
    } catch (error) {
      remove(slot);
      if (signal.aborted) throw error;
      const failure = cooldown.add(slot.name, slot.key, error);
      report.failed(slot, begun, failure);
      throw failure;
    }
  }

  async function start(slot: Slot): Promise<LoadedModel> {
    report.loading(slot);
    const begun = now();
    const model = await options.load(slot.target, slot.stop.signal);
    // All who want it still wait for the load: nobody is in the queue yet.
    const queue = createQueueFor(slot.name, options, model.host.ready.max_concurrent);
    Object.assign(slot, { model, queue, loadedAt: Math.floor(Date.now() / 1000) });
    if (slot.state === "loading") slot.state = "ready";
    cooldown.clear(slot.name);
    memory.measure(slot.target, model.host, "loaded");
    void model.host.exited.then((error) => {
      remove(slot);
      report.gone(slot, error);
    });
    report.loaded(slot, begun, memory.read(model.host.pid));
    if (slot.users === 0) rest(slot);
    return model;
  }

  function release(slot: Slot): void {
    slot.users -= 1;
    slot.lastUsed = now();
    const isThere = draining.has(slot) || slots.get(slot.name) === slot;
    if (slot.users === 0 && isThere) rest(slot);
  }

  /** What becomes of a slot that nobody uses. */
  function rest(slot: Slot): void {
    if (slot.state === "draining") end(slot);
    else if (slot.state === "ready") startIdling(slot, options.idleSeconds);
    else if (slot.bytes === 0) drain(slot, "abandoned");
    room.review();
  }

  function drain(slot: Slot, why: UnloadReason, forWhom?: string): void {
    slots.delete(slot.name);
    slot.state = "draining";
    slot.leaving = why;
    draining.add(slot);
    slot.idle.stop();
    report.unloading(slot, why, forWhom);
    if (slot.users === 0) end(slot);
  }

  function end({ name, model, target, stop }: Slot): void {
    if (model) {
      memory.measure(target, model.host, "ending");
      void model.host.close();
    } else stop.abort(new OvError("shutting_down", `Model "${name}" is being unloaded.`));
  }

  function remove(slot: Slot): void {
    if (slots.get(slot.name) === slot) slots.delete(slot.name);
    draining.delete(slot);
    slot.idle.stop();
    slot.gone.resolve();
    room.review();
  }

  /** Resolves when all that drain under this name are gone. */
  async function goneBefore(name: string, newer?: Slot): Promise<void> {
    const older = [...draining].filter((slot) => slot.name === name && slot !== newer);
    await Promise.all(older.map(({ gone }) => gone.promise));
  }

  async function* generate(...[target, build, signal, client]: Parameters<Pool["generate"]>) {
    const arrived = now();
    for (let engines = 1; ; engines += 1) {
      const slot = use(target, true);
      let begun = false;
      try {
        const { host, defaults } = await untilAborted(slot.loaded, signal);
        const leave = await slot.queue.enter(client, signal);
        if (engines === 1) report.admitted(slot, arrived);
        const rest = slot.rate.begin();
        try {
          yield { type: "model" as const, fingerprint: toFingerprint(slot) };
          for await (const event of host.run("generate", build({ ready: host.ready, defaults }), signal)) {
            begun = true;
            if (event.type === "text") slot.rate.add(event.tokens);
            yield event;
          }
          return;
        } finally {
          rest();
          leave();
        }
      } catch (error) {
        if (begun || signal.aborted || engines === mostEngines || !mayBeReplaced(slot)) throw error;
      } finally {
        release(slot);
      }
    }
  }

  async function close(drainSeconds: number): Promise<void> {
    closed = true;
    for (const slot of [...slots.values()]) drain(slot, "shutdown");
    const last = [...draining];
    for (const { model, stop } of last) if (!model) stop.abort(shuttingDown());
    const gone = Promise.all(last.map((slot) => slot.gone.promise));
    const time = Promise.withResolvers<void>();
    const timer = setTimeout(time.resolve, drainSeconds * 1000);
    await Promise.race([gone, time.promise]);
    clearTimeout(timer);
    for (const { model } of last) void model?.host.close();
    await gone;
  }

  return {
    generate,
    async load(target, signal, mayEvict) {
      const slot = use(target, mayEvict);
      try {
        await untilAborted(slot.loaded, signal);
      } finally {
        release(slot);
      }
    },
    async unload(name, signal) {
      const slot = slots.get(name);
      if (slot) drain(slot, "asked");
      await untilAborted(goneBefore(name), signal);
    },
    retire(name) {
      cooldown.clear(name);
      const slot = slots.get(name);
      if (slot) drain(slot, "changed");
    },
    keep(target) {
      const slot = slots.get(target.name);
      if (slot?.key !== toKey(target)) return;
      slot.target = target;
      if (slot.users === 0 && slot.state === "ready") startIdling(slot, options.idleSeconds);
    },
    status: () => new Map(all().map((slot) => [slot.name, toStatus(slot, memory.read)])),
    close,
  };
}

/** Whether another engine may take over from one that crashed or was ended; not of an entry that is no longer in force. */
function mayBeReplaced({ model, leaving }: Slot): boolean {
  return model?.host.alive === false && leaving !== "changed";
}

function shuttingDown(): OvError {
  const message = "The server is stopping. Try again in a moment.";
  return new OvError("shutting_down", message, { retryAfterSeconds: 5 });
}
