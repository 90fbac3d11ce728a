import { createHash } from "node:crypto";
import type { Tenant } from "../memory/plan.ts";
import type { Claim } from "../memory/room.ts";
import type { UnloadReason } from "./events.ts";
import { createIdleTimer, type IdleTimer } from "./idle.ts";
import { createQueue, type Queue } from "./queue.ts";
import { createRate, type Rate } from "./rate.ts";
import { type LoadedModel, type ModelTarget, toKey } from "./target.ts";

/** What a list of models says of one that is in use. */
export interface ModelStatus {
  state: "loading" | "ready" | "draining";
  device: string | null;
  engine: string | null;
  contextLength: number | null;
  running: number;
  waiting: number;
  /** Unix time in seconds; null: not loaded yet. */
  loadedAt: number | null;
  /** What its process holds now, in bytes. */
  memory: number | null;
  /** Of its last work, all requests together; null: it has made no tokens yet. */
  tokensPerSecond: number | null;
  /** When it will be unloaded unless a request comes, Unix time in seconds; null: it will not. */
  idleUnloadAt: number | null;
}

/** One model's process from the start of its load until it is gone. As a claim: the memory that it may take. */
export interface Slot extends Claim {
  target: ModelTarget;
  key: string;
  state: ModelStatus["state"];
  loaded: Promise<LoadedModel>;
  model: LoadedModel | undefined;
  loadedAt: number | null;
  queue: Queue;
  rate: Rate;
  idle: IdleTimer;
  /** Requests that hold on to it: waiting for the load, for their turn, or running. */
  users: number;
  /** When the last one came or went: milliseconds, monotonic. */
  lastUsed: number;
  /** Why it drains; null: it does not. */
  leaving: UnloadReason | null;
  /** Ends its load. */
  stop: AbortController;
  gone: PromiseWithResolvers<void>;
}

interface QueueLimits {
  maxConcurrent: number;
  maxQueue: number;
  queueSeconds: number;
}

export interface SlotOptions extends QueueLimits {
  now: () => number;
  load: (slot: Slot) => Promise<LoadedModel>;
  onIdle: (slot: Slot) => void;
}

/** Begins to load at once. */
export function createSlot(target: ModelTarget, options: SlotOptions): Slot {
  const { now } = options;
  const slot: Slot = {
    name: target.name,
    target,
    key: toKey(target),
    state: "loading",
    loaded: Promise.resolve().then(() => options.load(slot)),
    model: undefined,
    loadedAt: null,
    need: { model: 0, kvCache: 0 },
    bytes: 0,
    mayEvict: true,
    queue: createQueueFor(target.name, options, options.maxConcurrent),
    rate: createRate(now),
    idle: createIdleTimer(() => options.onIdle(slot)),
    users: 0,
    lastUsed: now(),
    leaving: null,
    stop: new AbortController(),
    gone: Promise.withResolvers(),
  };
  // Whoever asked for it may have left; the load logs its failure.
  slot.loaded.catch(() => {});
  return slot;
}

/** `most`: what the model's engine runs at once. */
export function createQueueFor(model: string, options: QueueLimits, most: number): Queue {
  return createQueue({
    limit: Math.min(most, options.maxConcurrent),
    maxWaiting: options.maxQueue,
    waitSeconds: options.queueSeconds,
    model,
  });
}

/** `seconds`: for a model whose entry says nothing else. */
export function startIdling({ target, idle }: Slot, seconds: number): void {
  if (target.pinned) idle.stop();
  else idle.start(target.idleSeconds ?? seconds);
}

export function toTenant({ name, bytes, target, users, state, lastUsed }: Slot): Tenant {
  const leaving = state === "draining";
  return { name, bytes, pinned: target.pinned ?? false, busy: users > 0, leaving, lastUsed };
}

export function toStatus(slot: Slot, readMemory: (pid: number) => number | null): ModelStatus {
  const { state, model, queue, loadedAt, rate, idle } = slot;
  return {
    state,
    device: model?.host.ready.device ?? null,
    engine: model?.host.ready.engine ?? null,
    contextLength: model?.host.ready.context_length ?? null,
    running: queue.running,
    waiting: queue.waiting,
    loadedAt,
    memory: model ? readMemory(model.host.pid) : null,
    tokensPerSecond: rate.read(),
    idleUnloadAt: idle.firesAt,
  };
}

/** Changes whenever the same request could give another answer: other model, device or engine version. */
export function toFingerprint({ key, model }: Slot): string {
  const versions = JSON.stringify(model?.host.ready.versions);
  return `fp_${createHash("sha256").update(key).update(versions).digest("hex").slice(0, 12)}`;
}
