import { join } from "node:path";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { readLines } from "../../src/protocol/lines.ts";
import type { Prompt } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import type { RoundTimes } from "./statistics.ts";

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
  const script = join(import.meta.dir, "raw_engine.py");
  const child = Bun.spawn(
    [
      runtimePython(runtimeDir),
      script,
      modelPath,
      String(kvCacheGb),
      String(toBatchedTokens(device)),
      device,
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = readLines(child.stdout);

  async function read(): Promise<string> {
    const { value } = await lines.next();
    const [line] = value ?? [];
    if (line === undefined) throw new Error(`The raw engine ended with ${await child.exited}.`);
    return line;
  }

  await read();
  return {
    pid: child.pid,
    async run(prompts, maxTokens) {
      child.stdin.write(`${JSON.stringify({ prompts, max_tokens: maxTokens })}\n`);
      await child.stdin.flush();
      const { seconds, times }: Pick<RoundTimes, "seconds" | "times"> = JSON.parse(await read());
      return { seconds, times, tokens: times.flat().length };
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.end();
      await child.exited;
    },
  };
}
