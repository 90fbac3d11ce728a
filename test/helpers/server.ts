import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { engineEnvironment } from "./engine.ts";
import { modelPath, runtimeDir } from "./environment.ts";
import { createLogFile } from "./log-file.ts";
import { createTempDir } from "./temp.ts";

export const repo = dirname(dirname(import.meta.dir));
/** The name under which tests register the small real model. */
export const smol = "smollm2-135m-instruct";

export type RegistryModels = Record<string, Record<string, unknown>>;

export interface TestServer {
  /** `http://127.0.0.1:port` */
  url: string;
  pid: number;
  home: string;
  registryPath: string;
  /** All lines of the log so far. */
  log(): string[];
  /** Resolves with the first line, past or to come, that matches; or with a later one, counted from 1. */
  logged(pattern: RegExp, which?: number): Promise<string>;
  chat(body: Record<string, unknown>, init?: RequestInit): Promise<Response>;
  /** Writes the registry's models. */
  register(models: RegistryModels): void;
  /** Sends the signal, resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

export interface TestServerOptions {
  /** By default the small real model as `smol`. */
  models?: RegistryModels;
  env?: Record<string, string>;
  flags?: string[];
  /** By default the sources with bun; the executable for tests of the build. */
  command?: string[];
  home?: string;
  cwd?: string;
}

export function smolEntry(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { path: modelPath(), task: "text-generation-with-past", weight_format: "q4_1", ...extra };
}

/** Starts `ov-llm serve` on a free port with a HOME of its own. The test file stops it. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const home = options.home ?? createTempDir();
  const registryPath = join(home, "models", "converted_models", "registry.json");
  const register = (models: RegistryModels) => {
    mkdirSync(dirname(registryPath), { recursive: true });
    writeFileSync(registryPath, JSON.stringify({ version: 1, models }, null, 2));
  };
  register(options.models ?? { [smol]: smolEntry() });
  const command = options.command ?? [process.execPath, join(repo, "cli/main.ts")];
  const log = createLogFile();
  const child = Bun.spawn([...command, "serve", "--port", "0", ...(options.flags ?? [])], {
    cwd: options.cwd ?? home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      // Each home would make its own at the first load.
      OV_GGUF_CACHE: "0",
      OV_RUNTIME_DIR: runtimeDir(),
      ...engineEnvironment(),
      ...options.env,
    },
    stdio: ["ignore", "inherit", log.fd],
  });
  let isOver = false;
  void child.exited.then(() => {
    isOver = true;
  });

  async function logged(pattern: RegExp, which = 1): Promise<string> {
    for (;;) {
      const wasOver = isOver;
      const line = log.lines().filter((text) => pattern.test(text))[which - 1];
      if (line !== undefined) return line;
      if (wasOver) throw new Error(`The log ended without ${pattern}:\n${log.lines().join("\n")}`);
      await Bun.sleep(20);
    }
  }

  const serving = await logged(/ serving .*url=/);
  const [, url = ""] = /url=(\S+)/.exec(serving) ?? [];
  return {
    url,
    pid: child.pid,
    home,
    registryPath,
    log: () => [...log.lines()],
    logged,
    register,
    chat: (body, init = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: smol, ...body }),
        ...init,
      }),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const code = await child.exited;
      log.close();
      return code;
    },
  };
}

/** The data of a stream's events, `[DONE]` included as text. */
export async function readEvents(response: Response): Promise<unknown[]> {
  const text = await response.text();
  return text
    .split("\n\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => (event === "data: [DONE]" ? "[DONE]" : JSON.parse(event.slice("data: ".length))));
}
