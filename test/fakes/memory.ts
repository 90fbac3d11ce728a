import type { Memory } from "../../src/engine/memory/memory.ts";

export interface FakeMemoryOptions {
  /** Bytes for all models. */
  budget?: number;
  /** Bytes by the model's name; others need one. With speculation it is twice as much. */
  needs?: Record<string, number>;
}

/** A machine that says what a test wants it to. */
export function createFakeMemory({ budget = 1000, needs = {} }: FakeMemoryOptions = {}): Memory {
  return {
    need: async ({ name, speculation }) => ({
      model: (needs[name] ?? 1) * (speculation ? 2 : 1),
      kvCache: 0,
      work: 0,
    }),
    budget: () => ({ bytes: budget, source: "a test" }),
    measure: () => {},
    read: () => 42,
  };
}
