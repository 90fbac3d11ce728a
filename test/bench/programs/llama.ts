import { join } from "node:path";
import { readLines } from "../../../src/protocol/lines.ts";
import { prepareBenchPython } from "../models/python-env.ts";
import type { BenchOptions, Peer } from "../options.ts";

export const llamaName = "llama.cpp";

/** More than the prompt and the answer of one request of the part on load. */
const slotTokens = 2048;

/** Starts llama.cpp's server with the same .gguf file, and as many slots as there are requests at once. */
export async function startLlama(options: BenchOptions): Promise<Peer & AsyncDisposable> {
  const { modelPath, concurrency } = options;
  if (!modelPath.endsWith(".gguf"))
    throw new Error(`${llamaName} reads .gguf files, and ${modelPath} is none: name one with --model.`);
  const python = await prepareBenchPython((line) => process.stderr.write(`${line}\n`));
  const script = join(import.meta.dir, "../python/llama_server.py");
  const child = Bun.spawn([python, script, modelPath, String(Math.max(...concurrency)), String(slotTokens)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const said = child.stderr.text();
  const { value } = await readLines(child.stdout).next();
  const [line] = value ?? [];
  if (line === undefined) throw new Error(`${llamaName} ended with ${await child.exited}:\n${await said}`);
  const { url }: { url: string } = JSON.parse(line);
  return {
    name: llamaName,
    url: new URL(url),
    model: "default",
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      await child.stdin.end();
      await child.exited;
    },
  };
}
