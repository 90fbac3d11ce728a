import { readFileSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
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

export interface Verdict {
  /** Needed on the disk and in memory (the largest model), in bytes. */
  disk: number;
  memory: number;
  /** Why it must not start, as sentences. */
  refusals: string[];
  warnings: string[];
}

/** Whether the plan fits this machine; a refusal now is better than one after an hour. */
export function judge(
  plan: readonly Planned[],
  { disk, memory }: Resources,
  render: (bytes: number) => string,
): Verdict {
  const exports = plan.filter(isExport);
  const moved = disk.ogIsOther ? sum(exports.filter(isMoved).map(({ source }) => source.bytes)) : 0;
  const written = sum(exports.map(({ diskNeeded }) => diskNeeded));
  const out = written + (disk.ogSharesOut ? moved : 0);
  const refusals: string[] = [];
  const warnings: string[] = [];
  if (out > disk.outFree) {
    refusals.push(
      `Not enough disk for the converted models: about ${render(out)} needed, ${render(disk.outFree)} free. Make room, or convert fewer at a time with --only.`,
    );
  }
  if (!disk.ogSharesOut && moved > disk.ogFree) {
    refusals.push(
      `Not enough disk for the originals: ${render(moved)} needed, ${render(disk.ogFree)} free. Make room, or leave them where they are with --copy.`,
    );
  }
  for (const { source, memoryNeeded } of exports) {
    const least = toBf16Bytes(source.parameters);
    const needs = `"${source.folder}" needs about ${render(memoryNeeded)} of memory`;
    if (least > memory.total) {
      refusals.push(
        `${needs}, and this machine has ${render(memory.total)} with swap. Add swap, or convert it on a larger machine.`,
      );
    } else if (memoryNeeded > memory.available) {
      warnings.push(
        `${needs}, and ${render(memory.available)} is free: it may be ended by the system. Stop what else runs, or add swap.`,
      );
    }
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
    memory: readMemory(readFileSync("/proc/meminfo", "utf8")),
  };
}

/** The folder itself, or the nearest one above it that there is. */
function toExisting(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) ? path : toExisting(dirname(path));
}

function readFree(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Memory that programs can have, from /proc/meminfo (proc(5)); swap counts. */
export function readMemory(text: string): Resources["memory"] {
  const read = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  return {
    available: read("MemAvailable") + read("SwapFree"),
    total: read("MemTotal") + read("SwapTotal"),
  };
}
