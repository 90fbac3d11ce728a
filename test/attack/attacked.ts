import { join } from "node:path";
import type { AttackInput } from "./inputs.ts";

export interface Held {
  status: number;
  /** Milliseconds until the answer was whole. */
  took: number;
  /** The longest time for which the loop answered nobody. */
  longest: number;
  beats: number;
}

/** A server of test/attack/server.fixture.ts in a process of its own. */
export interface Attacked {
  /** What the request does to its loop. */
  attack(input: AttackInput): Promise<Held>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startAttacked(): Promise<Attacked> {
  const said: Record<string, number>[] = [];
  let hear = () => {};
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "server.fixture.ts")], {
    stdio: ["ignore", "inherit", "inherit"],
    ipc: (message) => {
      said.push(message);
      hear();
    },
  });
  async function next(): Promise<Record<string, number>> {
    while (said.length === 0) {
      await new Promise<void>((resolve) => {
        hear = resolve;
      });
    }
    return said.shift() ?? {};
  }
  async function look(): Promise<Record<string, number>> {
    child.send("look");
    return await next();
  }

  const { port = 0 } = await next();
  return {
    async attack({ path, headers = {}, body }) {
      const bytes = body();
      await look();
      const start = performance.now();
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: bytes,
      });
      await response.text();
      const took = performance.now() - start;
      const { longest = 0, beats = 0 } = await look();
      return { status: response.status, took, longest, beats };
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}
