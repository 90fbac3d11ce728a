import { OvError } from "../../errors.ts";
import type { Memory } from "../memory/memory.ts";
import { createRoom } from "../memory/room.ts";
import type { UnloadReason } from "../model/events.ts";
import type { LoadModel } from "../model/loaded.ts";
import { type ModelTarget, toKey } from "../model/target.ts";
import { createCooldown, type LoadFailure } from "./cooldown.ts";
import { exceeds } from "./grammar-bounds.ts";
import { createLoading, type QueueLimits } from "./loading.ts";
import type { PoolReport } from "./report.ts";
import { createSlot, type Loaded, type Slot, toTenant } from "./slot.ts";
import type { Slots } from "./slots.ts";

export interface LifeOptions extends QueueLimits {
  load: LoadModel;
  memory: Memory;
  /** For models whose entry sets no other value; 0: never. */
  idleSeconds: number;
  /** OV_GRAMMAR_MEMORY, in bytes. */
  grammarMemory: number;
  slots: Slots;
  report: PoolReport;
  /** Milliseconds, monotonic. */
  now: () => number;
}

/** The only place that changes the state of models; `slot.ts` shows the transitions. */
export interface Life {
  /** A new slot in the state loading, which takes the model's requests from now on. Throws the last failure while the model cools down. */
  start(target: ModelTarget): Slot;
  /** Lets its users finish but takes no more; ends it when it has none. Only for a slot that takes requests. */
  drain(slot: Slot, why: UnloadReason): void;
  /** Frees the place of a slot whose process is dead but whose exit has not been seen yet. */
  giveUp(slot: Slot): void;
  /** Ends its load or its process now, even if it is in use. */
  end(slot: Slot): void;
  /** Decides what happens to a slot without users. */
  settle(slot: Slot): void;
  /** Drains a slot that is still used if its process keeps far too many grammars. */
  limit(slot: Slot): void;
  /** Ends all cool-downs but those of these names with these keys. */
  forgetFailuresBut(keys: ReadonlyMap<string, string>): void;
  /** The failures of the models whose last load failed. */
  failures(): ReadonlyMap<string, LoadFailure>;
  /** Checks again who gets memory, because users, pins or processes have changed. */
  review(): void;
}

export function createLife(options: LifeOptions): Life {
  const { slots, memory, report, now } = options;
  const cooldown = createCooldown(now);
  const room = createRoom({
    budget: () => memory.budget(slots.all().flatMap(({ loaded }) => loaded?.model.host.pid ?? [])),
    tenants: () => slots.all().map(toTenant),
    evict: (name, forWhom) => {
      const slot = slots.get(name);
      if (slot) drain(slot, "memory", forWhom);
    },
    waitSeconds: options.queueSeconds,
  });
  const runLoad = createLoading({ ...options, room });

  function start(target: ModelTarget): Slot {
    cooldown.check(target.name, toKey(target));
    const predecessors = slots.whenLeft(target.name);
    const load = (slot: Slot) => becomeReady(slot, predecessors);
    const slot = createSlot(target, { now, load, onIdle: (idle) => drain(idle, "idle") });
    slots.add(slot);
    return slot;
  }

  async function becomeReady(slot: Slot, predecessors: Promise<void>): Promise<Loaded> {
    const started = now();
    try {
      const loaded = await runLoad(slot, predecessors);
      slot.loaded = loaded;
      if (slot.state === "loading") slot.state = "ready";
      cooldown.clear(slot.name);
      noteLoaded(slot, loaded);
      if (slot.users === 0) settle(slot);
      return loaded;
    } catch (error) {
      becomeUnloaded(slot);
      if (slot.stop.signal.aborted) throw error;
      const failure = cooldown.add(slot.name, slot.key, error);
      report.failed(slot, started, failure);
      throw failure;
    }
  }

  function noteLoaded(slot: Slot, loaded: Loaded): void {
    const { host } = loaded.model;
    memory.measure(slot.target, host, "loaded");
    void host.exited.then((error) => {
      becomeUnloaded(slot);
      report.gone(slot, error);
      // Running users get their error from the host. Nothing waits for one that is slow to read it.
      loaded.queue.close(error ?? unloading(slot));
    });
    report.loaded(slot.name, loaded, memory.read(host.pid));
  }

  function settle(slot: Slot): void {
    if (slot.state === "draining") end(slot);
    else if (slot.state === "ready") rest(slot);
    else if (slot.bytes === 0) drain(slot, "abandoned");
    room.review();
  }

  function rest(slot: Slot): void {
    const isKept = slot.target.pinned || slot.target.keepSeconds !== 0;
    if (isKept && exceeds(slot, options.grammarMemory, "idle")) replace(slot);
    else startIdling(slot);
  }

  /** No request waits for the new process yet, so it evicts no other model. */
  function replace(slot: Slot): void {
    drain(slot, "grammars");
    start(slot.target).mayEvict = false;
  }

  function limit(slot: Slot): void {
    if (slot.state === "ready" && exceeds(slot, options.grammarMemory, "busy")) drain(slot, "grammars");
  }

  function startIdling(slot: Slot): void {
    const { pinned, keepSeconds = null, idleSeconds } = slot.target;
    if (pinned || keepSeconds === Number.POSITIVE_INFINITY) slot.idle.stop();
    else if (keepSeconds === 0) drain(slot, "asked");
    else slot.idle.start(keepSeconds ?? idleSeconds ?? options.idleSeconds);
  }

  function giveUp(slot: Slot): void {
    slots.setLeaving(slot);
    slot.state = "draining";
    slot.idle.stop();
  }

  function drain(slot: Slot, why: UnloadReason, forWhom?: string): void {
    giveUp(slot);
    slot.leaving = why;
    report.unloading(slot, why, forWhom);
    if (slot.users === 0) end(slot);
  }

  function end(slot: Slot): void {
    const host = slot.loaded?.model.host;
    if (!host) slot.stop.abort(unloading(slot));
    // A dead process is about to report its exit; closing it as well would make a crash look like an intended end.
    else if (host.alive) {
      memory.measure(slot.target, host, "ending");
      void host.close();
    }
  }

  function becomeUnloaded(slot: Slot): void {
    slots.delete(slot);
    slot.idle.stop();
    slot.gone.resolve();
    room.review();
  }

  return {
    start,
    drain,
    giveUp,
    end,
    settle,
    limit,
    forgetFailuresBut: cooldown.retain,
    failures: cooldown.failures,
    review: room.review,
  };
}

function unloading({ name }: Slot): OvError {
  return new OvError("shutting_down", `Model "${name}" is being unloaded.`);
}
