import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { engineEnvironment } from "../../helpers/engine.ts";
import { runtimeDir } from "../../helpers/environment.ts";
import { childrenOf, eventually, isRunning } from "../../helpers/processes.ts";
import { smolEntry } from "../../helpers/server.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { python, type Steps, startTalk, talk } from "../../helpers/terminal.ts";
import { findFreePort, runCli } from "../run-cli.ts";

setDefaultTimeout(180_000);
const suite = python === null ? describe.skip : describe;
const question = "Start one for this chat? [Y/n]";
const env = { OV_RUNTIME_DIR: runtimeDir(), ...engineEnvironment() };

/** With the small real model, which nothing here loads unless it is asked. */
function createHome(): string {
  const home = createTempDir();
  const folder = join(home, "models/converted_models");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "registry.json"), JSON.stringify({ version: 1, models: { m: smolEntry() } }));
  return home;
}

/** The settings file that a service reads. */
function writeSettings(home: string, text: string): void {
  const folder = join(home, ".config/ov-llm-server");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "ov-server.env"), text);
}

/**
 * A `systemctl` that knows the service, at that port, and records what it is asked to do. `states`: one after the other, as often as it is
 * asked; the last one stays.
 */
function createSystemctl(
  home: string,
  port: number,
  ...states: string[]
): { PATH: string; asked: () => string } {
  writeSettings(home, `OV_PORT=${port}\n`);
  const folder = join(home, "bin");
  const [record, left] = [join(home, "asked"), join(home, "states")];
  mkdirSync(folder);
  writeFileSync(left, `${states.join("\n")}\n`);
  const lines = [
    "#!/bin/sh",
    `case "$*" in *show*) ;; *) echo "$*" > '${record}'; exit 1 ;; esac`,
    `state=$(head -n 1 '${left}')`,
    `[ "$(wc -l < '${left}')" = 1 ] || sed -i 1d '${left}'`,
    `printf 'LoadState=loaded\\nActiveState=%s\\nUnitFileState=enabled\\nMainPID=0\\n' "$state"`,
  ];
  writeFileSync(join(folder, "systemctl"), `${lines.join("\n")}\n`, { mode: 0o755 });
  const asked = () => (existsSync(record) ? readFileSync(record, "utf8").trim() : "");
  return { PATH: `${folder}:${process.env.PATH}`, asked };
}

describe("ov-llm chat without a server and without a terminal", () => {
  test("--start starts one, on its own port alone, and ends it after the answer", async () => {
    const [home, port] = [createHome(), await findFreePort()];
    const service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
    writeSettings(home, `OV_OLLAMA_PORT=${service.port}\nOV_WYOMING_PORT=${service.port}\n`);
    const args = ["chat", "m", "Why?", "--max-tokens", "1", "--port", String(port), "--start"];
    const { code, out, err } = await runCli(args, { home, env: { ...env, JOURNAL_STREAM: "8:1" } });
    await service.stop(true);
    expect([code, err]).toEqual([0, expect.stringContaining("which ends with this chat.")]);
    expect(out).not.toBe("");
    const log = readFileSync(join(home, `.local/state/ov-llm/chat-server-${port}.log`), "utf8");
    const pid = Number(/ serving .*pid=(\d+)/.exec(log)?.[1]);
    expect([log.includes(" stopped"), isRunning(pid)]).toEqual([true, false]);
    // With times: it does not write to the journal, whatever the chat does.
    expect(log).toMatch(/^\d{4}-\d{2}-\d{2}T.* serving /m);
  });

  const outer = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .find(({ internal, family }) => !internal && family === "IPv4")?.address;

  test.skipIf(outer === undefined)(
    "starts one at this machine's own address, and warns who may use it",
    async () => {
      const [home, port] = [createHome(), await findFreePort()];
      const args = [
        "chat",
        "m",
        "Why?",
        "--max-tokens",
        "1",
        "--start",
        "--host",
        `${outer}`,
        "--port",
        `${port}`,
      ];
      const { code, err } = await runCli(args, { home, env });
      const url = `http://${outer}:${port}`;
      expect([code, err]).toEqual([0, expect.stringContaining(`Starting a server at ${url}, which ends`)]);
      expect(err).toContain(
        `Warning: everyone who reaches this machine can use a server at ${url}: set OV_API_KEY to require a key.`,
      );
    },
  );

  test("an address with a path is another server's, such as a proxy's", async () => {
    const address = `http://127.0.0.1:${await findFreePort()}/models`;
    const { code, err } = await runCli(["chat", "m", "Why?", "--start", "--host", address], {
      home: createHome(),
      env,
    });
    expect([code, err]).toEqual([1, expect.stringContaining(`No server answers at ${address}`)]);
  });

  test("a server that cannot start: why, and where its log is", async () => {
    const home = createHome();
    const missing = { OV_RUNTIME_DIR: join(home, "nothing") };
    const { code, err } = await runCli(["chat", "m", "Why?", "--start", "--port", "1"], {
      home,
      env: missing,
    });
    expect(code).toBe(1);
    expect(err).toContain("The server for this chat ended at once: ");
    expect(err).toContain(`Its log is in "${home}/.local/state/ov-llm/chat-server-1.log".`);
  });

  test("the service is stopped: names the command that starts it", async () => {
    const home = createHome();
    const { PATH, asked } = createSystemctl(home, await findFreePort(), "inactive");
    const given = { home, env: { PATH } };
    const { code, err } = await runCli(["chat", "m", "Why?"], given);
    expect([code, err, asked()]).toEqual([1, expect.stringContaining('start it with "ov-llm start"'), ""]);
    await runCli(["chat", "m", "Why?", "--start"], given);
    expect(asked()).toBe("--user start ov-server");
  });

  test.each([
    ["0.0.0.0", "127.0.0.2"],
    ["::", "127.0.0.1"],
    ["::", "::1"],
    ["127.0.0.1", "localhost"],
    ["localhost", "127.0.0.1"],
    ["[::1]", "::1"],
    ["127.1", "127.0.0.1"],
  ])("a stopped service that listens on %s is meant by %s", async (host, named) => {
    const home = createHome();
    const port = await findFreePort();
    const { PATH, asked } = createSystemctl(home, port, "inactive");
    writeSettings(home, `OV_HOST=${host}\nOV_PORT=${port}\n`);
    await runCli(["chat", "m", "Why?", "--start", "--host", named], { home, env: { PATH } });
    expect(asked()).toBe("--user start ov-server");
  });

  test.each([
    ["127.0.0.1", "127.0.0.2"],
    ["0.0.0.0", "::1"],
  ])("a stopped service that listens on %s is not meant by %s", async (host, named) => {
    const home = createHome();
    const port = await findFreePort();
    const { PATH, asked } = createSystemctl(home, port, "inactive");
    writeSettings(home, `OV_HOST=${host}\nOV_PORT=${port}\n`);
    const { err } = await runCli(["chat", "m", "Why?", "--host", named], { home, env: { PATH } });
    expect([err, asked()]).toEqual([expect.stringContaining('Start it with "ov-llm serve"'), ""]);
  });

  test.each([
    [["active"], " runs, but not at ", '"ov-llm restart"'],
    [["activating", "failed"], " ended before it answered at ", '"ov-llm logs"'],
  ] satisfies [string[], string, string][])(
    "the service is %j and does not answer",
    async (states, what, next) => {
      const home = createHome();
      const port = await findFreePort();
      const { PATH, asked } = createSystemctl(home, port, ...states);
      const { code, err } = await runCli(["chat", "m", "Why?", "--start"], { home, env: { PATH } });
      expect([code, asked()]).toEqual([1, ""]);
      expect(err).toContain(`${what}http://127.0.0.1:${port}`);
      expect(err).toContain(next);
    },
  );

  test("a service at another address than this shell's OV_PORT is left alone", async () => {
    const home = createHome();
    const { PATH, asked } = createSystemctl(home, await findFreePort(), "inactive");
    const { err } = await runCli(["chat", "m", "Why?"], {
      home,
      env: { PATH, OV_PORT: String(await findFreePort()) },
    });
    expect([err, asked()]).toEqual([expect.stringContaining('Start it with "ov-llm serve"'), ""]);
  });

  test.each([
    [["m", "--json"], "requires a question"],
    [["m", "Why?", "--image", "none.png"], "Cannot read the picture"],
    [["m"], "requires a terminal or a question"],
  ] satisfies [string[], string][])("%j starts no server", async (args, sentence) => {
    const home = createHome();
    const { err } = await runCli(["chat", ...args, "--start", "--port", String(await findFreePort())], {
      home,
    });
    expect(err).toContain(sentence);
    expect(existsSync(join(home, ".local/state"))).toBe(false);
  });

  test("a server that another chat starts meanwhile is used", async () => {
    const [home, port] = [createHome(), await findFreePort()];
    const missing = { OV_RUNTIME_DIR: join(home, "nothing") };
    const run = runCli(["chat", "m", "Why?", "--start", "--port", String(port)], { home, env: missing });
    await eventually(() => existsSync(join(home, `.local/state/ov-llm/chat-server-${port}.log`)));
    const other = Bun.serve({ port, hostname: "127.0.0.1", fetch: () => new Response("hello") });
    const { err } = await run;
    await other.stop(true);
    expect(err).toContain(`Another server answers at http://127.0.0.1:${port} by now`);
  });

  test("something else listens there: names it", async () => {
    const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
    const args = ["chat", "m", "Why?", "--start", "--port", String(other.port)];
    const { err } = await runCli(args, { home: createHome() });
    await other.stop(true);
    expect(err).toContain(`"hello"): "bun" (pid ${process.pid}) listens there.`);
  });
});

suite(`ov-llm chat without a server, on a terminal${python === null ? " (skipped: no python3)" : ""}`, () => {
  /** Reads what it shows until a text is there. */
  async function waitFor(shown: ReadableStream<Uint8Array>, text: string): Promise<void> {
    const decoder = new TextDecoder();
    // Left open: one that shows more must not fail at it.
    const reader = shown.getReader();
    let seen = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      seen += decoder.decode(read.value, { stream: true });
      if (seen.includes(text)) return;
    }
    throw new Error(`It ended without ${text}: ${seen}`);
  }

  const readPid = async (port: number) => {
    const answer: unknown = await (await fetch(`http://127.0.0.1:${port}/health`)).json();
    return Number(Object(answer).pid);
  };

  test("asks, starts one, and ends it with the chat", async () => {
    const port = await findFreePort();
    const steps: Steps = [
      [question, "\r"],
      [">>> ", "/model\r"],
      ["* m", ""],
      [">>> ", "\u0004"],
    ];
    const { code, text } = await talk({ port }, steps, [], createHome(), env);
    expect([code, text]).toEqual([
      0,
      expect.stringContaining(`No server runs at http://127.0.0.1:${port}. `),
    ]);
    await expect(readPid(port)).rejects.toThrow();
  });

  test("no is no", async () => {
    const home = createHome();
    const { code, text } = await talk({ port: await findFreePort() }, [[question, "n\r"]], [], home, env);
    expect([code, text]).toEqual([1, expect.stringContaining('Start it with "ov-llm serve"')]);
    expect(existsSync(join(home, ".local/state"))).toBe(false);
  });

  test.each(["SIGKILL", "SIGHUP"] as const)("%s of the chat ends its server, too", async (signal) => {
    const port = await findFreePort();
    const session = startTalk(port, [[question, "\r"]], { home: createHome(), env });
    await waitFor(session.stdout, ">>> ");
    const pid = await readPid(port);
    const [chat = 0] = childrenOf(session.pid);
    process.kill(chat, signal);
    await eventually(() => !isRunning(pid));
    await session.exited;
  });

  test("a stopped service is offered first", async () => {
    const home = createHome();
    const port = await findFreePort();
    const { PATH, asked } = createSystemctl(home, port, "failed");
    const steps: Steps = [["The service ov-server is stopped. Start it? [Y/n]", "\r"]];
    const { code, text } = await talk({ port }, steps, [], home, { PATH });
    expect([code, asked()]).toEqual([1, "--user start ov-server"]);
    expect(text).toContain("`ov-llm logs` shows why.");
  });
});
