import { createHash } from "node:crypto";
import { OvError, toOvError } from "../errors.ts";
import type { Log } from "../log.ts";
import { createCooldown } from "./cooldown.ts";
import type { EngineChoice } from "./engines.ts";
import type { GenerateRequest, GenerationEvent, Host } from "./generation.ts";
import type { GenerationDefaults } from "./model-folder.ts";
import type { LoadMessage, ReadyMessage } from "./protocol.ts";
import { createQueue, type Queue } from "./queue.ts";

/** Which model to run and how. Two targets that differ in `key` never share a process. */
export interface ModelTarget {
  name: string;
  path: string;
  device: string;
  /** Overrides what the model's files say, in tokens. */
  contextLength: number | null;
  engine: EngineChoice;
  /** For OpenVINO, checked by the registry. */
  properties: LoadMessage["properties"];
}

export interface LoadedModel {
  host: Host;
  defaults: GenerationDefaults;
}

export type LoadModel = (target: ModelTarget, signal: AbortSignal) => Promise<LoadedModel>;

export interface ModelStatus {
  state: "loading" | "ready" | "draining";
  device: string | null;
  contextLength: number | null;
  running: number;
  waiting: number;
}

export type PoolEvent = GenerationEvent | { type: "model"; fingerprint: string };

/** What is known of a model once it is loaded. */
export interface PoolModel {
  ready: ReadyMessage;
  defaults: GenerationDefaults;
}

export interface Pool {
  /**
   * Loads the model if need be, waits for its turn, runs one request. `build` makes the request once the model is
   * known. Yields `model` first, then the host's events; throws OvErrors and the signal's reason.
   */
  generate(
    target: ModelTarget,
    build: (model: PoolModel) => GenerateRequest,
    signal: AbortSignal,
  ): AsyncGenerator<PoolEvent>;
  /** Ends the model's process once its running requests are done; the next request loads it anew. */
  retire(name: string): void;
  status(): ReadonlyMap<string, ModelStatus>;
  /** The processes in use, for the engine's versions and device. */
  hosts(): Host[];
  /** Lets running requests end for so long, then ends every process. No request is taken after. */
  close(drainSeconds: number): Promise<void>;
}

export interface PoolOptions {
  load: LoadModel;
  maxConcurrent: number;
  maxQueue: number;
  log: Log;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

/** One model's process from the start of its load until it is gone. */
interface Slot {
  target: ModelTarget;
  key: string;
  state: ModelStatus["state"];
  loaded: Promise<LoadedModel>;
  model: LoadedModel | undefined;
  queue: Queue;
  /** Requests that hold on to it: waiting for the load, for their turn, or running. */
  users: number;
  gone: PromiseWithResolvers<void>;
}

/** Every model's life: unloaded -> loading -> ready -> draining -> unloaded. The only place that moves it on. */
export function createPool(options: PoolOptions): Pool {
  const { log, now = () => performance.now() } = options;
  const slots = new Map<string, Slot>();
  const draining = new Set<Slot>();
  const cooldown = createCooldown(now);
  let closed = false;
  /** Ends the loads, too, when the time for a clean end is up. */
  const closing = new AbortController();

  function slotFor(target: ModelTarget): Slot {
    const key = JSON.stringify(target);
    const current = slots.get(target.name);
    if (current?.model?.host.alive === false) slots.delete(target.name);
    else if (current?.key === key) return current;
    else if (current) drain(current);
    cooldown.check(target.name, key);
    return open(target, key);
  }

  function open(target: ModelTarget, key: string): Slot {
    const { name } = target;
    const slot: Slot = {
      target,
      key,
      state: "loading",
      loaded: Promise.resolve().then(() => load(slot)),
      model: undefined,
      queue: createQueueFor(name, options.maxConcurrent),
      users: 0,
      gone: Promise.withResolvers(),
    };
    slots.set(name, slot);
    // Whoever asked for it may have left; load() logs the failure.
    slot.loaded.catch(() => {});
    return slot;
  }

  /** `most`: what the model's engine runs at once. */
  function createQueueFor(model: string, most: number): Queue {
    const limit = Math.min(most, options.maxConcurrent);
    return createQueue({ limit, maxWaiting: options.maxQueue, model });
  }

  async function load(slot: Slot): Promise<LoadedModel> {
    const { target } = slot;
    // Two versions of a model are never in memory at once.
    await Promise.all(
      [...draining].filter((old) => old.target.name === target.name).map((old) => old.gone.promise),
    );
    log.info("loading model", { model: target.name, path: target.path, device: target.device });
    const begun = now();
    try {
      const model = await options.load(target, closing.signal);
      const { ready, pid, exited } = model.host;
      slot.model = model;
      // All who want it still wait for the load: nobody is in the queue yet.
      slot.queue = createQueueFor(target.name, ready.max_concurrent);
      if (slot.state === "loading") slot.state = "ready";
      cooldown.clear(target.name);
      void exited.then((error) => remove(slot, error));
      log.info("loaded model", {
        model: target.name,
        seconds: toSeconds(now() - begun),
        device: ready.device,
        device_name: ready.device_name,
        engine: ready.engine,
        context_length: ready.context_length,
        pid,
      });
      return model;
    } catch (error) {
      const failure = cooldown.add(target.name, slot.key, toOvError(error));
      log.error(`cannot load model: ${failure.message}`, {
        model: target.name,
        seconds: toSeconds(now() - begun),
      });
      remove(slot, null);
      throw failure;
    }
  }

  function remove(slot: Slot, error: Error | null): void {
    if (slots.get(slot.target.name) === slot) slots.delete(slot.target.name);
    draining.delete(slot);
    if (error) log.error(error.message, { model: slot.target.name });
    slot.gone.resolve();
  }

  function drain(slot: Slot): void {
    slots.delete(slot.target.name);
    slot.state = "draining";
    draining.add(slot);
    log.info("draining model", { model: slot.target.name, running: slot.users });
    if (slot.users === 0) void unload(slot);
  }

  async function unload(slot: Slot): Promise<void> {
    const model = await slot.loaded.catch(() => undefined);
    if (slot.users > 0 || !model) return;
    await model.host.close();
    log.info("unloaded model", { model: slot.target.name });
  }

  function release(slot: Slot): void {
    slot.users -= 1;
    if (slot.users === 0 && slot.state === "draining") void unload(slot);
  }

  async function* generate(...[target, build, signal]: Parameters<Pool["generate"]>) {
    if (closed) throw shuttingDown();
    const slot = slotFor(target);
    slot.users += 1;
    try {
      const model = await untilAborted(slot.loaded, signal);
      const leave = await slot.queue.enter(signal);
      try {
        const { ready } = model.host;
        yield { type: "model" as const, fingerprint: toFingerprint(slot.key, ready.versions) };
        const request = build({ ready, defaults: model.defaults });
        yield* model.host.generate(request, signal);
      } finally {
        leave();
      }
    } finally {
      release(slot);
    }
  }

  async function close(drainSeconds: number): Promise<void> {
    closed = true;
    const all = () => [...slots.values(), ...draining];
    for (const slot of [...slots.values()]) drain(slot);
    const timer = setTimeout(() => closing.abort(shuttingDown()), drainSeconds * 1000);
    const drained = Promise.all(all().map((slot) => slot.gone.promise));
    await Promise.race([
      drained,
      new Promise((resolve) => closing.signal.addEventListener("abort", resolve)),
    ]);
    clearTimeout(timer);
    closing.abort(shuttingDown());
    await Promise.all(all().map((slot) => slot.model?.host.close()));
  }

  return {
    generate,
    retire(name) {
      cooldown.clear(name);
      const slot = slots.get(name);
      if (slot) drain(slot);
    },
    status: () => new Map([...draining, ...slots.values()].map((slot) => [slot.target.name, toStatus(slot)])),
    hosts: () => [...slots.values()].flatMap((slot) => slot.model?.host ?? []),
    close,
  };
}

function toStatus({ state, model, queue }: Slot): ModelStatus {
  return {
    state,
    device: model?.host.ready.device ?? null,
    contextLength: model?.host.ready.context_length ?? null,
    running: queue.running,
    waiting: queue.waiting,
  };
}

/** Changes whenever the same request could give another answer: other model, device or engine version. */
function toFingerprint(key: string, versions: Record<string, string>): string {
  const hash = createHash("sha256").update(key).update(JSON.stringify(versions)).digest("hex");
  return `fp_${hash.slice(0, 12)}`;
}

function toSeconds(milliseconds: number): number {
  return Math.round(milliseconds / 10) / 100;
}

function shuttingDown(): OvError {
  return new OvError("shutting_down", "The server is stopping. Try again in a moment.", {
    retryAfterSeconds: 5,
  });
}

/** The promise's result, or the signal's reason when it aborts first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
