import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { makeOpenVino } from "../convert/fake-models.ts";
import { createTestApp } from "../helpers/app.ts";
import { createModelHome } from "../helpers/model-home.ts";
import { createTempDir } from "../helpers/temp.ts";
import { findFreePort, main, runCli, toTarget } from "./run-cli.ts";

setDefaultTimeout(180_000);
const freePort = String(await findFreePort());
const port = ["--port", freePort];

/** A server without an engine, as one that was started by hand. */
function serveTestApp() {
  const app = createTestApp();
  return Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.handle(request, "-") });
}

/** A home with one registered model. */
async function createScene() {
  const { home } = createModelHome();
  const path = makeOpenVino(join(home, "a model"));
  await runCli(["models", "add", path, "--name", "mine", "--alias", "other"], { home });
  const run = (...args: string[]) => runCli(args, { home });
  return { path, run };
}

describe("verbs for models", () => {
  test.each([[["list"]], [["ls"]], [["models", "list"]]])("%j is models", async (verb) => {
    const { run } = await createScene();
    const listed = await run(...verb, ...port);
    expect(listed.out).toMatch(/^NAME .*\nmine /);
    expect(listed).toEqual(await run("models", ...port));
  });

  test("show has all that is known of a model, by an alias too", async () => {
    const { path, run } = await createScene();
    const { code, out } = await run("show", "other", ...port);
    expect(code).toBe(0);
    for (const part of [
      "name     mine",
      "aliases  other",
      `path     ${path}`,
      "files    ok",
      "no server answers",
    ]) {
      expect(out).toContain(part);
    }
    expect(JSON.parse((await run("show", "mine", "--json", ...port)).out)).toMatchObject({
      name: "mine",
      entry: { path, aliases: ["other"] },
      state: null,
    });
    const none = await run("show", "mien", ...port);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('did you mean "mine"?')]);
  });

  test("rm takes a model out", async () => {
    const { run } = await createScene();
    expect((await run("rm", "mine")).out).toBe('Removed "mine" from the registry; its files were kept.\n');
    expect((await run("list", ...port)).out).toContain("No models in");
  });
});

describe("verbs for the running server", () => {
  const { home, registryPath } = createModelHome();
  const mine = { path: "/models/mine", task: "text-generation", weight_format: "int8", aliases: ["other"] };
  const models = { mine: { ...mine, presets: { "other:high": { temperature: 1 } } } };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
  const app = createTestApp({ registryPath });
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.handle(request, "-") });
  const run = (...args: string[]) => runCli([...args, ...toTarget(server)], { home });
  afterAll(() => server.stop(true));

  test("ps lists what is in memory, and stop unloads it", async () => {
    expect((await run("ps")).out).toContain("No model is in memory");
    const called = { model: "other:high", messages: [{ role: "user", content: "Hi" }] };
    await app.chat(called);
    expect(JSON.parse((await run("ps", "--json")).out)).toMatchObject([{ name: "mine" }]);
    await run("stop", "other");
    await app.chat({ messages: [{ role: "user", content: "Hi" }] });
    expect((await run("ps")).out).toMatch(/^NAME .*\nmemory +ready /);
    expect(JSON.parse((await run("ps", "--json")).out)).toMatchObject([{ name: "memory", state: "ready" }]);
    expect((await run("stop", "memory")).out).toBe('"memory" is unloaded.\n');
    expect((await run("ps")).out).toContain("No model is in memory");
  });
});

describe("verbs for the service", () => {
  function createHome(scripts: Record<string, string>) {
    const home = createTempDir();
    const bin = join(home, "bin");
    mkdirSync(bin);
    for (const [name, script] of Object.entries(scripts)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return { home, env: { OV_PORT: freePort, PATH: `${bin}:/usr/bin:/bin` } };
  }

  /** A systemd whose answers the test writes. */
  function createSystemd(scripts: Record<string, string>, more: Record<string, string> = {}) {
    const { home, env } = createHome(scripts);
    return (...args: string[]) => runCli(args, { home, env: { ...env, ...more } });
  }
  const state = (active: string, pid: number) =>
    `if [ "$2" = show ]; then printf 'LoadState=loaded\\nActiveState=${active}\\nUnitFileState=enabled\\nMainPID=${pid}\\n'; else echo "$@" >&2; [ "$2" != restart ]; fi`;

  test("status shows it, with an exit code", async () => {
    const { code, out } = await createSystemd({ systemctl: state("active", 42) })("status");
    expect([code, out]).toEqual([
      0,
      expect.stringContaining("ov-server is active, pid 42; it starts by itself."),
    ]);
    const stopped = await createSystemd({ systemctl: state("inactive", 0) })("status", "--json");
    expect([stopped.code, JSON.parse(stopped.out)]).toEqual([
      1,
      { active: "inactive", enabled: true, pid: 0 },
    ]);
  });

  test("start, stop-server and restart ask systemd, and report what it says", async () => {
    const run = createSystemd({ systemctl: state("active", 42) });
    expect(await run("start")).toMatchObject({ code: 0, out: "The service ov-server is started.\n" });
    expect((await run("stop-server")).out).toContain("is stopped; running requests have ended");
    const failed = await run("restart");
    expect([failed.code, failed.err]).toEqual([
      1,
      expect.stringContaining(
        "Cannot restart the service ov-server: --user restart ov-server. `ov-llm logs` shows why.",
      ),
    ]);
  });

  test("without a service or a user manager they name another way", async () => {
    const none = createSystemd({ systemctl: 'echo "Failed to connect to bus" >&2; exit 1' });
    const { code, err } = await none("start");
    expect([code, err]).toEqual([1, expect.stringContaining('Start the server with "ov-llm serve"')]);
    const missing = createSystemd({ systemctl: "echo LoadState=not-found" });
    expect((await missing("status")).err).toContain("it is not installed. Run install.sh, or start");
  });

  test("a server that was started by hand is found, and how it is stopped", async () => {
    const server = serveTestApp();
    const none = createSystemd(
      { systemctl: 'echo "Failed to connect to bus" >&2; exit 1' },
      { OV_PORT: String(server.port) },
    );
    const status = await none("status");
    expect([status.code, status.out]).toEqual([
      0,
      `A server that was started by hand answers at http://127.0.0.1:${server.port}, pid ${process.pid}; it does not start by itself. "ov-llm health" asks it.\n`,
    ]);
    expect(JSON.parse((await none("status", "--json")).out)).toEqual({
      active: "by_hand",
      enabled: false,
      pid: process.pid,
    });
    const stopped = await none("stop-server");
    expect([stopped.code, stopped.err]).toEqual([
      1,
      expect.stringContaining(`Ctrl-C where it runs, or "kill ${process.pid}", stops it.`),
    ]);
    expect((await none("start")).err).toContain("It runs already;");
    await server.stop(true);
  });

  test("what systemd refuses of a service that answers is reported as such", async () => {
    const server = serveTestApp();
    const run = createSystemd({ systemctl: state("active", 42) }, { OV_PORT: String(server.port) });
    expect((await run("restart")).err).toContain("Cannot restart the service ov-server");
    await server.stop(true);
  });

  test("logs shows the journal, of one model if asked", async () => {
    const lines = [
      "info loaded model model=a pid=1",
      'info POST model="b c"',
      "warn other model=ab",
      '{"model":"a"}',
    ];
    const journalctl = `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")}`;
    const run = createSystemd({ journalctl, systemctl: state("active", 42) });
    expect((await run("logs")).out).toBe(`${lines.join("\n")}\n`);
    expect((await run("logs", "a")).out).toBe(`${lines[0]}\n${lines[3]}\n`);
    expect((await run("logs", "b c", "-f")).out).toBe(`${lines[1]}\n`);
    expect(await run("logs", "--lines", "x")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--lines"),
    });
  });

  test("logs -f ends when whoever reads it has left", async () => {
    const { home, env } = createHome({ journalctl: "exec yes line", systemctl: state("active", 42) });
    const logs = [process.execPath, main, "logs", "-f"];
    const child = Bun.spawn(["bash", "-o", "pipefail", "-c", '"$@" | head -n 1', "bash", ...logs], {
      env: { HOME: home, ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    expect(await Promise.all([child.stdout.text(), child.exited])).toEqual(["line\n", 0]);
  });

  test("logs with nothing to show says why, and where the log is", async () => {
    const journalctl = "echo 'No journal files were found.' >&2";
    const none = createSystemd({ journalctl, systemctl: 'echo "Failed to connect to bus" >&2; exit 1' });
    for (const flags of [[], ["-f"]]) {
      const { code, err } = await none("logs", ...flags);
      expect([code, err]).toEqual([1, expect.stringContaining('the log is what "ov-llm serve" prints')]);
    }
    const quiet = await createSystemd({ journalctl, systemctl: state("active", 42) })("logs");
    expect([quiet.code, quiet.err]).toEqual([
      0,
      expect.stringContaining("The journal has no lines of ov-server"),
    ]);
  });
});

describe("help and guesses", () => {
  const run = (...args: string[]) => runCli(args, { home: createTempDir() });

  test("help TOPIC is the help of a command or a setting", async () => {
    expect(await run("help")).toEqual(await run("--help"));
    expect(await run("help", "models", "add")).toEqual(await run("models", "add", "--help"));
    expect((await run("help", "OV_PORT")).out).toBe(
      "OV_PORT (--port of ov-llm serve)\n\n  Port to listen on; 0 picks a free one (OV_PORT, default: 9000)\n",
    );
    expect(await run("help", "OV_PROT")).toMatchObject({
      code: 2,
      err: expect.stringContaining("Did you mean OV_PORT?"),
    });
  });

  test("version prints the version alone", async () => {
    expect(await run("version")).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
  });

  test.each([
    [["convrt"], 'Unknown command "convrt": did you mean "convert"?'],
    [["models", "ad"], 'did you mean "add"?'],
    [["remove", "x"], 'Unknown command "remove": did you mean "ov-llm rm"?'],
    [
      ["models", "delete", "x"],
      'Unknown command "delete" of "ov-llm models": did you mean "ov-llm models rm"?',
    ],
    [["uninstall"], 'did you mean "~/.local/lib/ov-llm/install.sh --uninstall"?'],
    [["models", "restart"], 'did you mean "ov-llm restart"?'],
    [["add", "x"], 'Unknown command "add": did you mean "ov-llm models add"?'],
    [["serve", "--api-key", "x"], 'Unknown flag "--api-key" of "ov-llm serve". Set OV_API_KEY instead,'],
    [["serve", "--prot", "1"], 'Unknown flag "--prot" of "ov-llm serve". Did you mean --port?'],
  ])("%p", async (args, sentence) => {
    expect(await run(...args)).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
  });
});
