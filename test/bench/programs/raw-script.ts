import { join } from "node:path";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { readLines } from "../../../src/protocol/lines.ts";

/** The engine without a server, as the measure of one: a script that answers each line of JSON with one. */
export interface RawScript {
  pid: number;
  /** The answer, as JSON. */
  ask(body: object): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a script of `python/` in the runtime, and waits until its model is warm. */
export async function startRawScript(
  runtimeDir: string,
  script: string,
  args: readonly string[],
): Promise<RawScript> {
  const path = join(import.meta.dir, "../python", script);
  const child = Bun.spawn([runtimePython(runtimeDir), path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readLines(child.stdout);
  async function read(): Promise<string> {
    const { value } = await lines.next();
    const [line] = value ?? [];
    if (line === undefined) throw new Error(`${script} ended with ${await child.exited}.`);
    return line;
  }
  await read();
  return {
    pid: child.pid,
    async ask(body) {
      child.stdin.write(`${JSON.stringify(body)}\n`);
      await child.stdin.flush();
      return await read();
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.end();
      await child.exited;
    },
  };
}
