import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadedSettings } from "../config/load.ts";
import { withDraftFiles } from "../engine/draft/files.ts";
import { createEngines } from "../engine/kinds/engines.ts";
import { createLoader } from "../engine/loader.ts";
import { createMemory } from "../engine/memory/memory.ts";
import { toTarget } from "../engine/model/target.ts";
import type { Host } from "../engine/supervise/types.ts";
import { toReason } from "../errors.ts";
import { makeTemporaryFolder } from "../linux/folders.ts";
import type { Log } from "../log.ts";
import { createStampReader } from "../models/stamp.ts";
import { mainOperation, type Operation, servedOperations } from "../models/tasks.ts";
import { createRegistry } from "../registry/registry.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import { renderWav } from "../wav.ts";
import { createSanityCheck, toCountRequest } from "./sanity.ts";

/** What came of loading a model and asking it for the least of what it does: a few tokens, a vector, a score, labels, a transcript. */
export interface LoadResult {
  /** Why it did not answer, as a sentence; null: it did. */
  problem: string | null;
  /** Why what it answered cannot be trusted, as a clause; null: nothing speaks against it. */
  doubt: string | null;
  /** For the load and the answer. */
  seconds: number;
  device: string | null;
}

export interface LoadTester {
  /** Loads the model in a process of its own, which ends before this resolves. */
  test(name: string, entry: RegistryEntry): Promise<LoadResult>;
  dispose(): void;
}

type TrialSettings = Pick<LoadedSettings, "settings" | "variables">;

/** Loads models as the server would, outside of it. */
export interface TrialLoader {
  /** The caller closes the host. Rejects with an OvError, or the signal's reason. */
  load(name: string, entry: RegistryEntry, signal: AbortSignal): Promise<Host>;
  dispose(): void;
}

/** Throws `engine_unavailable` when no engine is installed. */
export function createTrialLoader({ settings, variables }: TrialSettings, log: Log): TrialLoader {
  const engines = createEngines({ ...settings, variables });
  const { kvCacheGb } = createMemory(settings);
  const load = createLoader({ ...settings, engines, kvCacheGb, guessAtOnce: true, log });
  const registry = createRegistry({ path: settings.registryPath });
  const pathOf = (model: string) => registry.current().entries.get(model)?.path;
  return {
    async load(name, entry, signal) {
      const target = toTarget(name, entry, settings);
      const speculation = withDraftFiles(target.speculation, pathOf, createStampReader());
      return (await load({ ...target, speculation }, signal)).host;
    },
    dispose: engines.dispose,
  };
}

/** Throws `engine_unavailable` when no engine is installed. `signal` ends the load that runs. */
export function createLoadTester(loaded: TrialSettings, log: Log, signal: AbortSignal): LoadTester {
  const loader = createTrialLoader(loaded, log);

  async function answerOnce(
    name: string,
    entry: RegistryEntry,
  ): Promise<Pick<LoadResult, "doubt" | "device">> {
    const host = await loader.load(name, entry, signal);
    try {
      const offered = servedOperations(entry.task).find((one) => host.ready.operations.includes(one));
      const doubt = await tryOperation(host, offered ?? mainOperation(entry.task), signal);
      return { doubt, device: host.ready.device };
    } finally {
      await host.close();
    }
  }

  return {
    async test(name, entry) {
      const started = performance.now();
      const toSeconds = () => Math.round((performance.now() - started) / 10) / 100;
      try {
        const { doubt, device } = await answerOnce(name, entry);
        return { problem: null, doubt, seconds: toSeconds(), device };
      } catch (error) {
        signal.throwIfAborted();
        const problem = toReason(error);
        return { problem, doubt: null, seconds: toSeconds(), device: null };
      }
    },
    dispose: loader.dispose,
  };
}

/** A second of a tone: there is nothing to understand in it, and whatever is written is right. */
async function hearTone(host: Host, signal: AbortSignal): Promise<void> {
  const rate = 16_000;
  const samples = Int16Array.from(
    { length: rate },
    (_, at) => 8000 * Math.sin((2 * Math.PI * 440 * at) / rate),
  );
  const folder = makeTemporaryFolder("ov-llm-trial-");
  try {
    const path = join(folder, "tone.wav");
    writeFileSync(path, renderWav({ rate, width: 2, channels: 1, data: new Uint8Array(samples.buffer) }));
    const asked = { task: "transcribe", language: null, prompt: null, temperature: 0, words: false } as const;
    await Array.fromAsync(host.run("transcribe", { ...asked, path, max_seconds: 10 }, signal));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Uses a model once, by an operation. Why its answer cannot be trusted; a failure is thrown. */
async function tryOperation(host: Host, operation: Operation, signal: AbortSignal): Promise<string | null> {
  switch (operation) {
    case "embed": {
      const ask = { inputs: ["Hi"], max_tokens: null, dimensions: null };
      await Array.fromAsync(host.run("embed", ask, signal));
      return null;
    }
    case "rank": {
      const ask = { queries: ["Hi"], documents: ["Hello"], max_tokens: null, instruction: null };
      await Array.fromAsync(host.run("rank", ask, signal));
      return null;
    }
    case "classify": {
      await Array.fromAsync(host.run("classify", { inputs: ["Hi"], max_tokens: null }, signal));
      return null;
    }
    case "transcribe": {
      await hearTone(host, signal);
      return null;
    }
    default: {
      const sanity = createSanityCheck();
      const request = toCountRequest(host.ready.capabilities);
      for await (const event of host.run("generate", request, signal)) sanity.see(event);
      if (host.ready.capabilities.includes("images")) await lookOnce(host, signal);
      return sanity.findDoubt();
    }
  }
}

/** A red square of 64 x 64 pixels, PNG. */
const square =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAAA1BMVEX/AAAZ4gk3AAAAD0lEQVR42mNgGAWjgHwAAAJAAAHgTR1EAAAAAElFTkSuQmCC";

/** Has the model look at a picture; a failure is thrown. */
async function lookOnce(host: Host, signal: AbortSignal): Promise<void> {
  const folder = makeTemporaryFolder("ov-llm-trial-");
  try {
    const path = join(folder, "square.png");
    writeFileSync(path, Buffer.from(square, "base64"));
    const request = toCountRequest(host.ready.capabilities);
    const images = [{ path, at: "the picture of the trial" }];
    const ask = { ...request, prompt: "<ov_genai_image_0>", images, max_tokens: 4 };
    await Array.fromAsync(host.run("generate", ask, signal));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
