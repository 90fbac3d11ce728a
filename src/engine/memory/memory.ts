import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../generation.ts";
import { describeModel } from "../model-folder.ts";
import { type ModelTarget, toKey } from "../target.ts";
import { type Budget, createBudgetReader } from "./budget.ts";
import { readProcessMemory } from "./process.ts";
import type { MemoryNeed } from "./room.ts";

/** What the pool asks of the machine's memory. */
export interface Memory {
  /** The most that the model may take. Throws `model_path_invalid`. */
  need(target: ModelTarget): Promise<MemoryNeed>;
  /** `pids`: the models' processes. */
  budget(pids: number[]): Budget;
  /** Notes what a model's process takes when it has just been loaded, or before it ends: the next estimate is better. */
  measure(target: ModelTarget, host: Pick<Host, "pid" | "ready">, when: "loaded" | "ending"): void;
  /** What the process holds now, in bytes; null: it is gone. */
  read(pid: number): number | null;
}

export interface MemoryOptions {
  /** OV_MEMORY_BUDGET */
  memoryBudget: number | null;
  /** OV_KV_CACHE_GB */
  kvCacheGb: number | null;
}

interface Measured {
  device: string;
  loaded: number;
  peak: number;
}

const gigabyte = 2 ** 30;

/**
 * What a process takes besides its weights, and how much larger they are in memory than on the disk: measured with
 * OpenVINO GenAI 2026.4 on a CPU. 4-bit weights and small models take relatively more; a first measurement corrects it.
 */
const engineBytes = 256 * 2 ** 20;
const weightsFactor = 1.25;

/** The estimates of one server, over Linux' /proc. */
export function createMemory({ memoryBudget, kvCacheGb }: MemoryOptions): Memory & { kvCacheGb: number } {
  const reader = createBudgetReader(memoryBudget);
  const measured = new Map<string, Measured>();
  const cacheGb = kvCacheGb ?? toDefaultCacheGb(reader.capacity);
  // Without a bound nobody knows; what it took at most the last time is the better estimate then.
  const kvCache = (cacheGb || toDefaultCacheGb(reader.capacity)) * gigabyte;

  return {
    kvCacheGb: cacheGb,
    async need(target) {
      const estimated = engineBytes + Math.round((await readWeights(target.path)) * weightsFactor);
      const before = measured.get(toKey(target));
      if (!before) return { model: estimated, kvCache };
      // A GPU's driver holds the weights outside of the process: there a small number says little.
      const model = before.device === "CPU" ? before.loaded : Math.max(before.loaded, estimated);
      return { model, kvCache: Math.max(kvCache, before.peak - model) };
    },
    budget: (pids) =>
      reader.read(pids.reduce((sum, pid) => sum + (readProcessMemory(pid)?.anonymous ?? 0), 0)),
    measure(target, { pid, ready }, when) {
      const now = readProcessMemory(pid);
      if (!now) return;
      const before = measured.get(toKey(target))?.loaded;
      const loaded = when === "loaded" ? now.resident : (before ?? now.resident);
      measured.set(toKey(target), { device: ready.device, loaded, peak: now.peak });
    },
    read: (pid) => readProcessMemory(pid)?.resident ?? null,
  };
}

/** An eighth of the memory, 1 to 8 GB. */
function toDefaultCacheGb(capacity: number): number {
  return Math.max(1, Math.min(8, Math.floor(capacity / 8 / gigabyte)));
}

/** Bytes of a model's weights on disk. */
async function readWeights(path: string): Promise<number> {
  const { kind } = await describeModel(path);
  if (kind === "gguf") return (await stat(path)).size;
  const files = (await readdir(path)).filter((name) => name.endsWith(".bin"));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(path, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
