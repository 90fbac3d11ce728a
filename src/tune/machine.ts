import { renderBytes } from "../bytes.ts";
import type { LoadedSettings } from "../config/load.ts";
import { probeEngines } from "../engine/kinds/engines.ts";
import { OvError } from "../errors.ts";
import { isHybridCpu, readCpuInfo } from "../linux/cpu.ts";
import { readMachineMemory } from "../linux/memory.ts";
import type { TuneMachine } from "./candidates.ts";

/** Starts each engine once to see; takes seconds. */
export async function readTuneMachine({
  settings,
  variables,
}: Pick<LoadedSettings, "settings" | "variables">): Promise<TuneMachine> {
  const reports = await probeEngines({ ...settings, variables });
  const ready = reports.filter(({ state }) => state === "ready");
  const { threads, cores } = readCpuInfo();
  return {
    devices: [...new Set(ready.flatMap(({ devices }) => devices))],
    engines: ready.map(({ name }) => name),
    cpu: { threads, cores, isHybrid: isHybridCpu() },
  };
}

/** Of its weights, what a process takes beside the KV cache and the engine itself. */
const share = 1.3;
const besideWeights = 512 * 1024 ** 2;

const toMemory = (bytes: number) => bytes * share + besideWeights;

/** How large a draft may be, in bytes, so that a process with the model and that draft fits into memory. */
export function toMostDraftBytes(bytes: number, available: number = readMachineMemory().available): number {
  return Math.max(0, (available - toMemory(bytes)) / share);
}

/**
 * How many processes with the model fit at once; two compare better than one after the other. `bytes`: the model's files; `draftBytes`:
 * those of the largest draft that one of both may have.
 * Throws `insufficient_memory` where not even one does.
 */
export function toHostsAtOnce(
  name: string,
  bytes: number,
  draftBytes = 0,
  available: number = readMachineMemory().available,
): 1 | 2 {
  const each = toMemory(bytes);
  if (each > available) {
    throw new OvError("insufficient_memory", {
      what: `There is not enough memory to load ${JSON.stringify(name)}`,
      why: `it takes about ${renderBytes(each)}, and ${renderBytes(available)} is available`,
      next: `Unload it from the server with "ov-llm stop", or stop other programs.`,
    });
  }
  return 2 * each + draftBytes * share <= available ? 2 : 1;
}
