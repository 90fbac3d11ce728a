import type { LoadedSettings } from "../config/load.ts";
import { createEngines } from "../engine/kinds/engines.ts";
import { createLoader } from "../engine/kinds/loader.ts";
import { createMemory } from "../engine/memory/memory.ts";
import { toTarget } from "../engine/pool/target.ts";
import { toReason } from "../errors.ts";
import type { Log } from "../log.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import { createSanityCheck, toCountRequest } from "./sanity.ts";

/** What came of loading a model and asking it for a few tokens. */
export interface LoadResult {
  /** Why it did not answer, as a sentence; null: it did. */
  problem: string | null;
  /** Why what it wrote cannot be trusted, as a clause; null: nothing speaks against it. */
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

/** Throws `engine_unavailable` when no engine is installed. `signal` ends the load that runs. */
export function createLoadTester(
  { settings, variables }: LoadedSettings,
  log: Log,
  signal: AbortSignal,
): LoadTester {
  const engines = createEngines({ ...settings, variables });
  const { kvCacheGb } = createMemory(settings);
  const load = createLoader({ ...settings, engines, kvCacheGb, log });

  async function answerOnce(
    name: string,
    entry: RegistryEntry,
  ): Promise<Pick<LoadResult, "doubt" | "device">> {
    const { host } = await load(toTarget(name, entry, settings), signal);
    try {
      const request = toCountRequest(host.ready.capabilities);
      const sanity = createSanityCheck();
      // Each event is a sign that it works; a failure is thrown.
      for await (const event of host.run("generate", request, signal)) sanity.see(event);
      return { doubt: sanity.findDoubt(), device: host.ready.device };
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
    dispose: engines.dispose,
  };
}
