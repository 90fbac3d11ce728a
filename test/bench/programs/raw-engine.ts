import type { Prompt } from "../measuring/load.ts";
import type { RoundTimes } from "../measuring/statistics.ts";
import type { BenchOptions } from "../options.ts";
import { startRawScript } from "./raw-script.ts";

/**
 * Tokens of one step at most: what the raw engine is fastest with, whatever the server takes. On a CPU more of them change
 * nothing (measured); on another device a prompt is best computed whole.
 */
const toBatchedTokens = (device: string) => (device.startsWith("CPU") ? 256 : 65_536);

export interface RawEngine {
  pid: number;
  run(prompts: Prompt[], maxTokens: number): Promise<RoundTimes>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts raw_engine.py and waits until its model is loaded and warm. */
export async function startRawEngine(
  options: Pick<BenchOptions, "runtimeDir" | "modelPath" | "kvCacheGb" | "device">,
): Promise<RawEngine> {
  const { runtimeDir, modelPath, kvCacheGb, device } = options;
  const args = [modelPath, String(kvCacheGb), String(toBatchedTokens(device)), device];
  const script = await startRawScript(runtimeDir, "raw_engine.py", args);
  return {
    pid: script.pid,
    async run(prompts, maxTokens) {
      const answer = await script.ask({ prompts, max_tokens: maxTokens });
      const { seconds, times }: Pick<RoundTimes, "seconds" | "times"> = JSON.parse(answer);
      return { seconds, times, tokens: times.flat().length };
    },
    [Symbol.asyncDispose]: script[Symbol.asyncDispose],
  };
}
