import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { clientsDir } from "../client/programs.ts";
import { repo } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import type { TestBox } from "./boxes.ts";

/** Where `bun run test:mesh` installs LiteLLM's proxy. */
export const proxyDir = (): string => join(clientsDir(), "litellm-proxy");
export const proxyPackage = "litellm[proxy]==1.83.0";
const masterKey = "sk-a-key-of-the-tests";

export interface TestProxy {
  url: string;
  pid: number;
  send(
    path: string,
    body: unknown,
    init?: { headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<Response>;
  stop(): Promise<void>;
}

export async function makeConfig(boxes: readonly TestBox[], more: readonly string[] = []): Promise<string> {
  const words = boxes.flatMap(({ url, name }) => ["--box", `${url}=env:${toVariable(name)}`]);
  const child = Bun.spawn(
    [process.execPath, join(repo, "cli/main.ts"), "mesh", "config", ...words, ...more],
    {
      env: { ...process.env, HOME: createTempDir(), ...toKeys(boxes) },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("ov-llm mesh config failed");
  return text;
}

/** The real proxy with these settings. */
export async function startProxy(config: string, boxes: readonly TestBox[]): Promise<TestProxy> {
  const home = createTempDir();
  writeFileSync(join(home, "litellm.yaml"), config);
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const argv = [
    join(proxyDir(), "bin/litellm"),
    "--config",
    "litellm.yaml",
    "--host",
    "127.0.0.1",
    "--port",
    `${port}`,
  ];
  const log = Bun.file(process.env.OV_TEST_MESH_LOG || join(home, "proxy.log"));
  const child = Bun.spawn(argv, {
    cwd: home,
    env: {
      PATH: `${join(proxyDir(), "bin")}:${process.env.PATH}`,
      HOME: home,
      LITELLM_MASTER_KEY: masterKey,
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
      ...toKeys(boxes),
    },
    stdio: ["ignore", log, log],
  });
  await answers(`${url}/health/liveliness`, child.exited);
  return {
    url,
    pid: child.pid,
    send: (path, body, { headers = {}, signal } = {}) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${masterKey}`,
          ...(body instanceof FormData ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: body instanceof FormData ? body : JSON.stringify(body),
        ...(signal && { signal }),
      }),
    async stop() {
      child.kill();
      await child.exited;
    },
  };
}

/** The box that an answer of the proxy came from. */
export function boxOf({ headers }: Response): string {
  return headers.get("llm_provider-x-ov-llm-box") ?? "none";
}

const toVariable = (name: string) => `KEY_OF_${name.toUpperCase()}`;

function toKeys(boxes: readonly TestBox[]): Record<string, string> {
  return Object.fromEntries(boxes.map(({ name, key }) => [toVariable(name), key]));
}

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = server;
  server.stop(true);
  return port;
}

async function answers(url: string, exited: Promise<number>): Promise<void> {
  const ended = exited.then((code) => {
    throw new Error(`LiteLLM's proxy ended with exit code ${code}`);
  });
  const asked = async () => {
    for (;;) {
      const answer = await fetch(url).catch(() => null);
      if (answer?.ok) return;
      await Bun.sleep(200);
    }
  };
  await Promise.race([asked(), ended]);
}
