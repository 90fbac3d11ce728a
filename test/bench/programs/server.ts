import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readLines } from "../../../src/protocol/lines.ts";
import type { ChatTarget } from "../measuring/load.ts";
import { taskOf } from "../models/kind-models.ts";
import type { BenchOptions } from "../options.ts";
import { createScratch } from "./scratch.ts";

const modelName = "bench";

/** The executable, built as `bun run build` does. */
export async function buildExecutable(executable: string): Promise<void> {
  const repo = join(import.meta.dir, "../../..");
  const build = Bun.spawn([process.execPath, "run", "build", "--outfile", executable], {
    cwd: repo,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [said, code] = await Promise.all([build.stderr.text(), build.exited]);
  if (code !== 0) throw new Error(`The build failed:\n${said}`);
}

/** A HOME of its own whose registry has the model. `more`: of its entry. */
export function createHome(
  { modelPath, kinds }: BenchOptions,
  more: Record<string, unknown> = {},
): { home: string; remove: () => void } {
  const home = createScratch("bench");
  const registry = join(home, "models", "converted_models", "registry.json");
  const entry = { path: modelPath, task: "text-generation-with-past", weight_format: "unknown", ...more };
  const others = kinds.map(({ kind, name, path }) => [
    name,
    { path, task: taskOf[kind], weight_format: "unknown" },
  ]);
  mkdirSync(dirname(registry), { recursive: true });
  writeFileSync(
    registry,
    JSON.stringify({ version: 1, models: { [modelName]: entry, ...Object.fromEntries(others) } }),
  );
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export interface ServerSetup {
  executable: string;
  home: string;
  options: BenchOptions;
  /** Settings in addition to those of all servers. */
  env?: Record<string, string>;
}

export interface BenchServer extends ChatTarget {
  pid: number;
  /** Resolves with the log's first line, past or to come, that matches. `from`: how many lines are passed over. */
  logged(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  /** So far. */
  readonly lines: readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export function spawnServer({ executable, home, options, env }: ServerSetup, port: number) {
  return Bun.spawn([executable, "serve", "--port", String(port)], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      OV_RUNTIME_DIR: options.runtimeDir,
      OV_KV_CACHE_GB: String(options.kvCacheGb),
      OV_DEVICE: options.device,
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Starts the server on a free port; resolves when it has looked at its engine and is quiet. */
export async function startServer(setup: ServerSetup): Promise<BenchServer> {
  const child = spawnServer(setup, 0);
  const log: string[] = [];
  const readers = new Set<() => void>();
  const ended = (async () => {
    for await (const lines of readLines(child.stderr)) {
      log.push(...lines);
      for (const look of [...readers]) look();
    }
  })();

  function logged(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = () => {
      const found = log
        .slice(from)
        .map((line) => pattern.exec(line))
        .find((match) => match !== null);
      if (found === undefined) return;
      readers.delete(look);
      resolve(found);
    };
    readers.add(look);
    look();
    void ended.then(() => reject(new Error(`The server ended:\n${log.join("\n")}`)));
    return promise;
  }

  const [, port] = await logged(/ serving .*url=http:\/\/[^:]+:(\d+)/);
  await logged(/ engine found /);
  return {
    host: "127.0.0.1",
    port: Number(port),
    model: modelName,
    pid: child.pid,
    logged,
    lines: log,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

/** Loads or unloads the model. */
export async function actOn({ host, port, model }: ChatTarget, what: "load" | "unload"): Promise<void> {
  const response = await fetch(`http://${host}:${port}/v1/models/${model}/${what}`, { method: "POST" });
  if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
}
