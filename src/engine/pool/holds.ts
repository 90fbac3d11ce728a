import { type ModelTarget, toKey } from "../model/target.ts";
import type { Life } from "./life.ts";
import { isDead, type Slot } from "./slot.ts";
import type { Slots } from "./slots.ts";

/** Which slot serves a target, and who uses it. */
export interface Holds {
  /**
   * The slot that serves the target, with one more user, who has to release it. A slot with another version of the
   * model is drained. Throws the last failure of a model that cools down. `mayEvict`: whether other models may be evicted
   * for it.
   */
  hold(target: ModelTarget, mayEvict: boolean): Slot;
  release(slot: Slot): void;
  /** Makes these the entries in force: drains slots that differ in `toKey` or are not among them; the others adopt them. */
  reconcile(targets: readonly ModelTarget[]): void;
}

/** `now`: milliseconds, monotonic. */
export function createHolds(slots: Slots, life: Life, now: () => number): Holds {
  function slotFor(target: ModelTarget): Slot {
    const current = slots.get(target.name);
    if (current === undefined) return life.start(target);
    if (isDead(current)) life.giveUp(current);
    else if (current.key === toKey(target)) return renew(current, target);
    else life.drain(current, "changed");
    return life.start(target);
  }

  function adopt(slot: Slot, target: ModelTarget): void {
    const { pinned, idleSeconds } = slot.target;
    renew(slot, target);
    // Otherwise every change of the registry would restart its idle time.
    const isSame = pinned === target.pinned && idleSeconds === target.idleSeconds;
    if (!isSame && slot.users === 0 && slot.state === "ready") life.settle(slot);
  }

  /** A client's setting outlives its request and a change of the registry. */
  function renew(slot: Slot, target: ModelTarget): Slot {
    const keepSeconds = target.keepSeconds ?? slot.target.keepSeconds ?? null;
    return Object.assign(slot, { target: { ...target, keepSeconds } });
  }

  return {
    hold(target, mayEvict) {
      const slot = slotFor(target);
      slot.mayEvict = mayEvict || (slot.users > 0 && slot.mayEvict);
      slot.users += 1;
      slot.lastUsed = now();
      slot.idle.stop();
      return slot;
    },
    release(slot) {
      slot.users -= 1;
      slot.lastUsed = now();
      if (!slots.has(slot)) return;
      if (slot.users === 0) life.settle(slot);
      else life.limit(slot);
    },
    reconcile(targets) {
      const inForce = new Map(targets.map((target) => [target.name, target]));
      life.forgetFailuresBut(new Map(targets.map((target) => [target.name, toKey(target)])));
      for (const slot of slots.current()) {
        const target = inForce.get(slot.name);
        if (target && toKey(target) === slot.key) adopt(slot, target);
        else life.drain(slot, "changed");
      }
      // One that is no longer pinned may be evicted.
      life.review();
    },
  };
}
