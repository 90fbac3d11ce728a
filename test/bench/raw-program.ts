import { join } from "node:path";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { readLines } from "../../src/protocol/lines.ts";

/** A pipeline of the engine without a server, as the measure of one. */
export interface RawProgram {
  /** The seconds of a run. */
  run(body: object): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a script of this folder, which answers each line of JSON with one, and waits until its model is warm. */
export async function startRawProgram(
  runtimeDir: string,
  script: string,
  args: readonly string[],
): Promise<RawProgram> {
  const child = Bun.spawn([runtimePython(runtimeDir), join(import.meta.dir, script), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = readLines(child.stdout);
  async function read(): Promise<string> {
    const { value } = await lines.next();
    const [line] = value ?? [];
    if (line === undefined) throw new Error(`${script} ended with ${await child.exited}.`);
    return line;
  }
  await read();
  return {
    async run(body) {
      child.stdin.write(`${JSON.stringify(body)}\n`);
      await child.stdin.flush();
      const { seconds }: { seconds: number } = JSON.parse(await read());
      return seconds;
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.end();
      await child.exited;
    },
  };
}
