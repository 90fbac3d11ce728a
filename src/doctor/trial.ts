import type { Host } from "../engine/supervise/types.ts";
import { OvError, toReason } from "../errors.ts";
import { createSanityCheck, toCountRequest } from "../library/sanity.ts";
import { measureWriting, plainText } from "../library/speed.ts";
import type { TrialLoader } from "../library/trial.ts";
import { readMachineMemory } from "../linux/memory.ts";
import { readProcessMemory } from "../linux/process-memory.ts";
import { mainOperation } from "../models/tasks.ts";
import type { RegistryEntry } from "../registry/schema.ts";

/** How a model did on one device. */
export interface Trial {
  device: string;
  /** Why it did not answer there, as a sentence; null: it did. */
  problem: string | null;
  /** Why what it wrote cannot be trusted, as a clause; null: nothing speaks against it. */
  doubt: string | null;
  text: string;
  tokens: number;
  load_seconds: number;
  first_token_ms: number;
  tokens_per_second: number;
  /** Its process, or what the machine had less of, which counts what a driver holds. */
  memory_bytes: number;
}

export interface TrialOptions {
  loader: Pick<TrialLoader, "load">;
  name: string;
  entry: RegistryEntry;
  /** As OpenVINO names them. */
  devices: string[];
  signal: AbortSignal;
  onStart: (device: string) => void;
  /** Milliseconds. */
  clock: () => number;
}

const newTokens = 64;

/** Whether a model can be tried at all. Throws `task_unsupported` for one that writes no text. */
export function checkTriable(name: string, { task }: RegistryEntry): void {
  if (mainOperation(task) === "generate") return;
  const what = `Cannot try ${JSON.stringify(name)}`;
  throw new OvError("task_unsupported", {
    what,
    why: `its task is ${task}, and the trial has a model write text`,
  });
}

/** The same greedy text on each device, one after the other, each in a process of its own that ends. */
export async function runTrials(options: TrialOptions): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const device of options.devices) {
    options.onStart(device);
    trials.push(await tryDevice(device, options));
  }
  return trials;
}

async function tryDevice(device: string, options: TrialOptions): Promise<Trial> {
  const { loader, name, entry, signal, clock } = options;
  const trial = {
    device,
    problem: null,
    doubt: null,
    text: "",
    tokens: 0,
    load_seconds: 0,
    first_token_ms: 0,
    tokens_per_second: 0,
    memory_bytes: 0,
  };
  try {
    const availableBefore = readMachineMemory().available;
    const started = clock();
    const host = await loader.load(name, { ...entry, device }, signal);
    const loadSeconds = round((clock() - started) / 1000, 2);
    try {
      const doubt = await warmUp(host, signal);
      const written = await measureWriting(host, { prompt: plainText, tokens: newTokens }, signal, clock);
      const missing = Math.max(0, availableBefore - readMachineMemory().available);
      const held = readProcessMemory(host.pid)?.resident ?? 0;
      const memory = device === "CPU" ? held : Math.max(held, missing);
      return { ...trial, doubt, ...written, load_seconds: loadSeconds, memory_bytes: memory };
    } finally {
      await host.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { ...trial, problem: toReason(error) };
  }
}

/** The first answer compiles what the load did not; it also shows whether the model writes language there. */
async function warmUp(host: Host, signal: AbortSignal): Promise<string | null> {
  const sanity = createSanityCheck();
  const request = toCountRequest(host.ready.capabilities);
  for await (const event of host.run("generate", request, signal)) sanity.see(event);
  return sanity.findDoubt();
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
