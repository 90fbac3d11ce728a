import type { LoadedSettings } from "../config/load.ts";
import { createEngines } from "../engine/kinds/engines.ts";
import { createLoader } from "../engine/kinds/loader.ts";
import { createMemory } from "../engine/memory/memory.ts";
import { toTarget } from "../engine/pool/target.ts";
import type { Host } from "../engine/supervise/types.ts";
import { toReason } from "../errors.ts";
import type { Log } from "../log.ts";
import { mainOperation, type Operation } from "../models/tasks.ts";
import type { RegistryEntry } from "../registry/schema.ts";

/** What came of loading a model and asking it for the least of what it does: a token, a vector, a score. */
export interface LoadResult {
  /** Why it did not answer, as a sentence; null: it did. */
  problem: string | null;
  /** For the load and that answer. */
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

  async function answerOnce(name: string, entry: RegistryEntry): Promise<string> {
    const { host } = await load(toTarget(name, entry, settings), signal);
    try {
      for await (const _event of tryOperation(host, mainOperation(entry.task), signal)) {
        // Each event is a sign that it works; a failure is thrown.
      }
      return host.ready.device;
    } finally {
      await host.close();
    }
  }

  return {
    async test(name, entry) {
      const started = performance.now();
      const toSeconds = () => Math.round((performance.now() - started) / 10) / 100;
      try {
        const device = await answerOnce(name, entry);
        return { problem: null, seconds: toSeconds(), device };
      } catch (error) {
        signal.throwIfAborted();
        const problem = toReason(error);
        return { problem, seconds: toSeconds(), device: null };
      }
    },
    dispose: engines.dispose,
  };
}

/** The least that a model can be asked for by its main operation. */
function tryOperation(host: Host, operation: Operation, signal: AbortSignal): AsyncIterable<unknown> {
  switch (operation) {
    case "embed":
      return host.run("embed", { inputs: ["Hi"], max_tokens: null, dimensions: null }, signal);
    case "rank": {
      const pair = { queries: ["Hi"], documents: ["Hello"] };
      return host.run("rank", { ...pair, max_tokens: null, instruction: null }, signal);
    }
    default:
      return host.run("generate", oneToken, signal);
  }
}

/** Greedy, so that it is the same each time. */
const oneToken = {
  prompt: "Hi",
  add_special_tokens: false,
  grammar: null,
  special_tokens: false,
  sampling: {
    temperature: 0,
    top_p: 1,
    top_k: null,
    min_p: 0,
    repetition_penalty: 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    seed: 0,
  },
  max_tokens: 1,
  ignore_eos: false,
  logprobs: false,
};
