import type { Tenant } from "../memory/plan.ts";
import type { Claim } from "../memory/room.ts";
import type { UnloadReason } from "../model/events.ts";
import type { LoadedModel } from "../model/loaded.ts";
import { type ModelTarget, toKey } from "../model/target.ts";
import { createIdleTimer, type IdleTimer } from "./idle.ts";
import type { Queue } from "./queue.ts";

/**
 * A model's life. Only `life.ts` makes these moves.
 *
 * | from     | to       | when                                                                                 |
 * |----------|----------|--------------------------------------------------------------------------------------|
 * | unloaded | loading  | it is requested: it waits for memory and for its predecessor's end, then is loaded  |
 * | loading  | ready    | its process has loaded the model                                                     |
 * | loading  | unloaded | the load failed; the model cools down                                                |
 * | loading  | draining | changed, unloaded, evicted, shut down, or no request waits for its memory any longer |
 * | ready    | draining | idle, evicted, changed, unloaded, shut down, or found dead before its exit was seen  |
 * | ready    | draining | its process keeps too many grammars; another one is loaded, see `grammar-bounds.ts`    |
 * | ready    | unloaded | its process crashed                                                                  |
 * | draining | unloaded | its users have left and its process has ended                                        |
 *
 * "unloaded" means that there is no slot. A slot takes requests while it is loading or ready; those that hold
 * a draining one are still answered.
 */
export type SlotState = "loading" | "ready" | "draining";

/** What a slot has once it is loaded. */
export interface Loaded {
  model: LoadedModel;
  /** Changes whenever the same request could get another answer: another model, device or engine version. */
  fingerprint: string;
  queue: Queue;
  /** Unix time in seconds. */
  at: number;
  /** How long the load took once there was memory for it, in milliseconds. */
  took: number;
}

/** One model's process, from the decision to load it until its end. As a claim: the memory that it may take. */
export interface Slot extends Claim {
  /** The entry in force; all that share the slot have the same key. */
  target: ModelTarget;
  readonly key: string;
  state: SlotState;
  /** Rejects when the load fails or is ended. */
  readonly whenLoaded: Promise<Loaded>;
  loaded: Loaded | null;
  readonly idle: IdleTimer;
  /** Its users, which wait for the load or a turn, or are running. */
  users: number;
  /** When the last user came or left: milliseconds, monotonic. */
  lastUsed: number;
  /** Why it drains; null: it does not, or its process died first. */
  leaving: UnloadReason | null;
  /** Ends its load. */
  readonly stop: AbortController;
  /** Resolves when its process has ended. */
  readonly gone: PromiseWithResolvers<void>;
}

export interface SlotOptions {
  /** Milliseconds, monotonic. */
  now: () => number;
  load: (slot: Slot) => Promise<Loaded>;
  onIdle: (slot: Slot) => void;
}

/** A slot whose load starts in the next turn of the event loop, so that the caller can put it in its place first. */
export function createSlot(target: ModelTarget, { now, load, onIdle }: SlotOptions): Slot {
  const slot: Slot = {
    name: target.name,
    target,
    key: toKey(target),
    state: "loading",
    whenLoaded: Promise.resolve().then(() => load(slot)),
    loaded: null,
    need: { model: 0, kvCache: 0, work: 0 },
    bytes: 0,
    mayEvict: true,
    idle: createIdleTimer(() => onIdle(slot)),
    users: 0,
    lastUsed: now(),
    leaving: null,
    stop: new AbortController(),
    gone: Promise.withResolvers(),
  };
  // All requests for it may have left; its failure is logged by the load.
  slot.whenLoaded.catch(() => {});
  return slot;
}

/** Whether its process has ended, even if its exit has not been handled yet. */
export function isDead({ loaded }: Slot): boolean {
  return loaded !== null && !loaded.model.host.alive;
}

/** The slot as the memory plan sees it. */
export function toTenant({ name, bytes: claimed, loaded, target, users, state, lastUsed }: Slot): Tenant {
  const leaving = state === "draining";
  const bytes = claimed + (loaded?.model.host.grammars.bytes ?? 0);
  return { name, bytes, pinned: target.pinned ?? false, busy: users > 0, leaving, lastUsed };
}
