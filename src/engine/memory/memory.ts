import { type ProcessMemory, readProcessMemory } from "../../linux/process-memory.ts";
import { describeModel } from "../../models/folder.ts";
import { mainOperation, takesImages } from "../../models/tasks.ts";
import { type ModelTarget, toKey } from "../model/target.ts";
import type { Host } from "../supervise/types.ts";
import { type Budget, createBudgetReader } from "./budget.ts";
import type { MemoryNeed } from "./room.ts";

/** What the pool needs to know about the machine's memory. */
export interface Memory {
  /** The most that the model may take. Throws `model_path_invalid`. */
  need(target: ModelTarget): Promise<MemoryNeed>;
  /** `pids`: the models' processes. */
  budget(pids: number[]): Budget;
  /** Notes what a model's process holds after its load, or before it ends, to improve the next estimate. */
  measure(
    target: ModelTarget,
    host: Pick<Host, "pid" | "ready" | "grammars">,
    when: "loaded" | "ending",
  ): void;
  /** What the process holds now, in bytes; null: it has ended. */
  read(pid: number): number | null;
}

export interface MemoryOptions {
  /** OV_MEMORY_BUDGET */
  memoryBudget: number | null;
  /** OV_KV_CACHE_GB */
  kvCacheGb: number | null;
}

/** What is known about a model from its previous loads, in bytes. */
interface Known {
  weights: number;
  device: string;
  /** Held right after its last load. */
  loaded: number;
  /** How much more it held when it was last unloaded. */
  grown: number;
}

const gigabyte = 2 ** 30;

/**
 * What a process takes in addition to its weights, and how much larger they are in memory than on disk. Measured with
 * OpenVINO GenAI 2026.4 on a CPU, 135M parameters: fp16 IR 165 MB and 1.0, Q4_1 GGUF 165 MB and 2.7 (its large
 * vocabulary is kept uncompressed; in larger models its share is smaller).
 */
const engineBytes = 256 * 2 ** 20;
const weightsFactor = 1.25;

/**
 * The assumed memory for a batch of a model without a KV cache, before any was measured; with batches of 4,096
 * tokens, MiniLM (23M parameters) takes 80 MB.
 */
const workBytes = 256 * 2 ** 20;

/**
 * What encoding a picture takes, one at a time: measured with Qwen2.5-VL; a picture's tokens are bounded
 * (image_tokens.py). Decoding one of 100 million pixels takes as much (pictures.py), and waits for it (picture_room.py).
 */
const pictureBytes = 512 * 2 ** 20;

/** The estimates of one server, over Linux' /proc. */
export function createMemory({ memoryBudget, kvCacheGb }: MemoryOptions): Memory & { kvCacheGb: number } {
  const reader = createBudgetReader(memoryBudget);
  const known = new Map<string, Known>();
  const defaultGb = toDefaultCacheGb(reader.capacity);
  const boundGb = kvCacheGb ?? defaultGb;

  function toNeed(task: string, weights: number, before: Known | undefined): MemoryNeed {
    const estimated = engineBytes + Math.round(weights * weightsFactor);
    const measured = before?.loaded || estimated;
    // A GPU's driver holds the weights outside the process, so a small number means little.
    const model = before?.device === "CPU" ? measured : Math.max(measured, estimated);
    // Without a bound it is unknown how far the cache will grow.
    const kvCache = boundGb > 0 ? boundGb * gigabyte : Math.max(defaultGb * gigabyte, before?.grown ?? 0);
    const operation = mainOperation(task);
    // Only a model that generates text has one.
    if (operation === "generate") return { model, kvCache, work: takesImages(task) ? pictureBytes : 0 };
    return { model, kvCache: 0, work: Math.max(workBytes, before?.grown ?? 0) };
  }

  return {
    kvCacheGb: boundGb,
    async need(target) {
      const { weightsBytes } = await describeModel(target.path);
      const draft = await measureDraft(target);
      const weights = weightsBytes + draft;
      const before = known.get(toKey(target));
      known.set(toKey(target), { device: "", loaded: 0, grown: 0, ...before, weights });
      const need = toNeed(target.task, weights, before);
      // Only a model that takes and writes text alone can speculate.
      if (!target.speculation || need.work > 0) return need;
      // The pipeline that guesses comes after the load, with weights and a cache of its own.
      const model = need.model + Math.round(weights * weightsFactor);
      // There the engine gives the draft a cache as well, in whole gigabytes taken from the model's.
      const kvCache = 2 * need.kvCache + (draft > 0 && boundGb === 1 ? gigabyte : 0);
      return { ...need, model, kvCache };
    },
    budget: (pids) =>
      reader.read(pids.reduce((sum, pid) => sum + (readProcessMemory(pid)?.anonymous ?? 0), 0)),
    measure(target, { pid, ready, grammars }, when) {
      const before = known.get(toKey(target));
      const now = readProcessMemory(pid);
      if (!before || !now) return;
      const held = toHeld(now, before.weights);
      if (when === "loaded") Object.assign(before, { device: ready.device, loaded: held });
      // The next process starts without them.
      else before.grown = Math.max(0, held - grammars.bytes - before.loaded);
    },
    read: (pid) => readProcessMemory(pid)?.resident ?? null,
  };
}

/** The weights of the draft, in bytes; a draft that cannot be read is left out of the load. */
async function measureDraft({ speculation }: ModelTarget): Promise<number> {
  const path = speculation?.kind === "draft" ? speculation.draft?.path : undefined;
  if (path === undefined) return 0;
  return await describeModel(path).then(
    ({ weightsBytes }) => weightsBytes,
    () => 0,
  );
}

/**
 * What a process really needs. OpenVINO maps the file of an IR's weights, and copies most of them into a better layout;
 * then the mapped pages count as resident until the system reclaims them, but are no longer needed.
 */
export function toHeld({ resident, anonymous }: ProcessMemory, weights: number): number {
  return anonymous > weights ? Math.max(anonymous, resident - weights) : resident;
}

/** An eighth of the memory, 1 to 8 GB. */
function toDefaultCacheGb(capacity: number): number {
  return Math.max(1, Math.min(8, Math.floor(capacity / 8 / gigabyte)));
}
