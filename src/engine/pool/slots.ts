import type { Slot } from "./slot.ts";

/** All slots: at most one per name takes requests; others of that name may still be leaving. */
export interface Slots {
  /** The one that takes the model's requests. */
  get(name: string): Slot | undefined;
  /** All that take requests. */
  current(): Slot[];
  /** Those that leave first, then the current ones. */
  all(): Slot[];
  has(slot: Slot): boolean;
  add(slot: Slot): void;
  /** It takes no more requests. */
  setLeaving(slot: Slot): void;
  delete(slot: Slot): void;
  /** Resolves when every slot of that name that is leaving now has ended. */
  whenLeft(name: string): Promise<void>;
}

export function createSlots(): Slots {
  const current = new Map<string, Slot>();
  const leaving = new Set<Slot>();

  function takeOut(slot: Slot): void {
    if (current.get(slot.name) === slot) current.delete(slot.name);
  }

  return {
    get: (name) => current.get(name),
    current: () => [...current.values()],
    all: () => [...leaving, ...current.values()],
    has: (slot) => leaving.has(slot) || current.get(slot.name) === slot,
    add: (slot) => void current.set(slot.name, slot),
    setLeaving(slot) {
      takeOut(slot);
      leaving.add(slot);
    },
    delete(slot) {
      takeOut(slot);
      leaving.delete(slot);
    },
    async whenLeft(name) {
      const those = [...leaving].filter((slot) => slot.name === name);
      await Promise.all(those.map(({ gone }) => gone.promise));
    },
  };
}
