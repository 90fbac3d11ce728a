import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../cli/run-cli.ts";
import { runtimeDir } from "../helpers/environment.ts";
import { eventually, hostPid, isRunning } from "../helpers/processes.ts";
import { repo, smol, smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { ask, openStreams, tally } from "./requests.ts";
import { readRest, returnsTo } from "./state.ts";

setDefaultTimeout(180_000);

describe("the daemon killed amid streams", () => {
  const servers: TestServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop("SIGKILL"))));

  test("every client sees its end, no engine is left, and a new one serves on the port at once", async () => {
    const home = createTempDir();
    const first = await startServer({ home });
    servers.push(first);
    const { begun, ends } = openStreams(first, 4);
    await begun;
    const engine = hostPid(first);
    await first.stop("SIGKILL");
    const second = await startServer({ home, flags: ["--port", new URL(first.url).port] });
    servers.push(second);
    expect(second.url).toBe(first.url);
    expect(tally(await ends)).toEqual({ cut: 4 });
    await eventually(() => !isRunning(engine));
    expect((await ask(second)).end).toBe("answered");
    expect(await second.stop()).toBe(0);
  });
});

/** A disk of 256 KB, where this user may make one: root, and not in every container. */
function mountSmallDisk(path: string): boolean {
  mkdirSync(path, { recursive: true });
  return Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", path]).success;
}

/** Takes all the room that is left. */
function fill(disk: string): void {
  const file = openSync(join(disk, "fill"), "w");
  try {
    for (;;) writeFileSync(file, Buffer.alloc(4096));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(file);
  }
}

const makeRoom = (disk: string) => rmSync(join(disk, "fill"));

// Before the folders' own removal, which a mounted disk would stop.
afterAll(() => {
  for (const disk of mounted) Bun.spawnSync(["umount", disk]);
});
const logHome = createTempDir();
const logDisk = join(logHome, "log");
const registryHome = createTempDir();
const registryDisk = join(registryHome, "models", "converted_models");
const mounted = [logDisk, registryDisk].filter(mountSmallDisk);

const hasDisks = mounted.length === 2;

describe.skipIf(!hasDisks)("a full disk [needs the right to mount]", () => {
  test("for the log: the server goes on, and so does the log once there is room", async () => {
    const server = startLoggingTo(join(logDisk, "ov-llm.log"));
    try {
      await eventually(() => server.url() !== null);
      expect(await server.status()).toBe(200);
      fill(logDisk);
      for (let round = 0; round < 20; round += 1) expect(await server.status()).toBe(200);
      makeRoom(logDisk);
      expect(await server.status("with-room")).toBe(200);
      await eventually(() => server.log().includes("with-room"));
      expect(await server.stop()).toBe(0);
    } finally {
      await server.stop();
    }
  });

  test("for the registry: a change fails cleanly, the server goes on with what there was", async () => {
    const server = await startServer({ home: registryHome });
    try {
      expect((await ask(server)).end).toBe("answered");
      const before = await readRest(server);
      const text = readFileSync(server.registryPath, "utf8");
      const set = () => runCli(["models", "set", smol, "pinned=true"], { home: registryHome });
      fill(registryDisk);
      const { code, err } = await set();
      expect([code, err]).toEqual([1, expect.stringMatching(/^error: .*(no space|ENOSPC)/i)]);
      expect(readFileSync(server.registryPath, "utf8")).toBe(text);
      expect(readdirSync(registryDisk).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      expect((await ask(server)).end).toBe("answered");
      makeRoom(registryDisk);
      expect(await set()).toMatchObject({ code: 0 });
      expect((await ask(server)).end).toBe("answered");
      expect(server.log().filter((line) => / loaded model /.test(line))).toHaveLength(1);
      await returnsTo(before, server);
    } finally {
      await server.stop("SIGKILL");
    }
  });
});

const temporaryHome = createTempDir();
const temporary = join(temporaryHome, "tmp");

/** A disk for temporary files from which nothing may be run, as hardened machines have it. */
function mountNoExec(path: string): boolean {
  mkdirSync(path, { recursive: true });
  const isMounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64m,noexec", "tmpfs", path]).success;
  if (isMounted) mounted.push(path);
  return isMounted;
}

test.skipIf(!mountNoExec(temporary))(
  "a folder for temporary files from which nothing may be run: the model is loaded and answers [needs the right to mount]",
  async () => {
    const server = await startServer({ home: temporaryHome, env: { TMPDIR: temporary } });
    try {
      expect((await ask(server)).end).toBe("answered");
      expect(readdirSync(temporary)).toHaveLength(1);
      expect(await server.stop()).toBe(0);
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      await server.stop("SIGKILL");
    }
  },
);

/** A server whose standard error is that very file. */
function startLoggingTo(path: string) {
  const registry = join(logHome, "registry.json");
  writeFileSync(registry, JSON.stringify({ version: 1, models: { [smol]: smolEntry() } }));
  const file = openSync(path, "a");
  const child = Bun.spawn([process.execPath, join(repo, "cli/main.ts"), "serve", "--port", "0"], {
    cwd: logHome,
    env: {
      PATH: process.env.PATH,
      HOME: logHome,
      OV_RUNTIME_DIR: runtimeDir(),
      OV_REGISTRY_PATH: registry,
    },
    stdio: ["ignore", "inherit", file],
  });
  closeSync(file);
  const log = () => readFileSync(path, "utf8");
  const url = () => / serving .*url=(\S+)/.exec(log())?.[1] ?? null;
  return {
    log,
    url,
    /** Of a chat. */
    async status(id = "any") {
      const response = await fetch(`${url()}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-request-id": id },
        body: JSON.stringify({ model: smol, messages: [{ role: "user", content: "Hi" }], max_tokens: 1 }),
        keepalive: false,
      });
      await response.text();
      return response.status;
    },
    async stop() {
      child.kill("SIGTERM");
      return await child.exited;
    },
  };
}
