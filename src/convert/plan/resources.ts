import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type MachineMemory, readMachineMemory } from "../../linux/memory.ts";
import { isExport, type Planned, type PlannedExport, toBf16Bytes } from "./plan.ts";

/** What a machine has, in bytes. */
export interface Resources {
  disk: {
    /** Free where converted models are written. */
    outFree: number;
    /** Free where originals go. */
    ogFree: number;
    /** Originals must be copied there: it is another file system than theirs. */
    ogIsOther: boolean;
    /** Both folders share one file system, so their needs add up. */
    ogSharesOut: boolean;
  };
  memory: { available: number; total: number };
}

/** What a plan needs and this machine does not have, in bytes. */
export type Shortage =
  | { of: "disk"; for: "models" | "originals"; needed: number; free: number }
  /** `folder`: the model that needs it. `has`: free, or in all where even that is too little; both with swap. */
  | { of: "memory"; folder: string; needed: number; has: number };

export interface Verdict {
  /** Needed on the disk and in memory (the largest model), in bytes. */
  disk: number;
  memory: number;
  /** Why it must not start. */
  refusals: Shortage[];
  /** Why it may fail. */
  warnings: Shortage[];
}

/** Whether the plan fits this machine; a refusal now is better than one after an hour. */
export function judge(plan: readonly Planned[], { disk, memory }: Resources): Verdict {
  const exports = plan.filter(isExport);
  const moved = disk.ogIsOther ? sum(exports.filter(isMoved).map(({ source }) => source.bytes)) : 0;
  const written = sum(exports.map(({ diskNeeded }) => diskNeeded));
  const out = written + (disk.ogSharesOut ? moved : 0);
  const refusals: Shortage[] = [];
  const warnings: Shortage[] = [];
  if (out > disk.outFree) refusals.push({ of: "disk", for: "models", needed: out, free: disk.outFree });
  if (!disk.ogSharesOut && moved > disk.ogFree) {
    refusals.push({ of: "disk", for: "originals", needed: moved, free: disk.ogFree });
  }
  for (const { source, memoryNeeded: needed } of exports) {
    const least = toBf16Bytes(source.parameters);
    const shortage = { of: "memory", folder: source.folder, needed } as const;
    if (least > memory.total) refusals.push({ ...shortage, has: memory.total });
    else if (needed > memory.available) warnings.push({ ...shortage, has: memory.available });
  }
  const most = Math.max(0, ...exports.map(({ memoryNeeded }) => memoryNeeded));
  return { disk: out, memory: most, refusals, warnings };
}

function isMoved({ source, originalPath }: PlannedExport): boolean {
  return originalPath !== source.path;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, next) => total + next, 0);
}

export interface Folders {
  modelSrc: string;
  modelOg: string;
  modelOut: string;
}

/** What this machine has now. */
export function readResources({ modelSrc, modelOg, modelOut }: Folders): Resources {
  const [src, og, out] = [modelSrc, modelOg, modelOut].map(toExisting);
  if (src === undefined || og === undefined || out === undefined) throw new TypeError("No root folder");
  const device = (path: string) => statSync(path).dev;
  return {
    disk: {
      outFree: readFree(out),
      ogFree: readFree(og),
      ogIsOther: device(src) !== device(og),
      ogSharesOut: device(og) === device(out),
    },
    memory: toMemory(readMachineMemory()),
  };
}

/** The folder itself, or the nearest one above it that exists. */
function toExisting(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) ? path : toExisting(dirname(path));
}

/** Bytes that this user may still write where the path lies. */
function readFree(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Memory that programs can have; swap counts. */
export function toMemory({ total, available, swapTotal, swapFree }: MachineMemory): Resources["memory"] {
  return { available: available + swapFree, total: total + swapTotal };
}
