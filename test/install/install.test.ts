import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { settingsTable } from "../../src/config/settings.ts";
import { starterPath } from "../../src/library/starter.ts";
import { version } from "../../src/version.ts";
import { findFreePort } from "../cli/run-cli.ts";
import { writeScript } from "../engine/kinds/batching/fake-python.ts";
import { installStandIn } from "../helpers/stand-in.ts";
import { createTempDir } from "../helpers/temp.ts";

const repo = join(import.meta.dir, "../..");
const temp = createTempDir();
const runtime = process.env.OV_TEST_RUNTIME_DIR;
const model = process.env.OV_TEST_MODEL;

// A test that fails half-way leaves its script, and the server under it, to this.
const running = new Set<{ kill(signal: NodeJS.Signals): void }>();
afterAll(() => {
  for (const child of running) child.kill("SIGTERM");
});

interface Home {
  home: string;
  /** Programs of this folder go before all others. */
  bin: string;
  path(...parts: string[]): string;
  start(args: string[], env?: Record<string, string>): ReturnType<typeof startScript>;
}

/** A home with a space in it and a systemctl that says what it is told to: the real one is never reached. */
function createHome(): Home {
  const home = mkdtempSync(join(temp, "a home "));
  const bin = mkdtempSync(join(temp, "bin-"));
  for (const program of ["systemctl", "loginctl"]) writeScript(join(bin, program), "exit 1");
  const inherited = `${bin}:${dirname(process.execPath)}:${process.env.PATH}`;
  const start = (args: string[], env: Record<string, string> = {}) =>
    startScript(args, { ...toCleanEnvironment(), HOME: home, PATH: inherited, ...env });
  return { home, bin, path: (...parts) => join(home, ...parts), start };
}

/** This process's variables without OV_ settings of whoever runs the tests. */
function toCleanEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("OV_")));
}

function startScript(args: string[], env: Record<string, string | undefined>) {
  const child = Bun.spawn(["/bin/bash", join(repo, "install.sh"), ...args], {
    cwd: "/",
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  running.add(child);
  void child.exited.then(() => running.delete(child));
  let out = "";
  const waiting = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      out += decoder.decode(bytes, { stream: true });
      for (const check of waiting) check();
    }
  };
  const streams = Promise.all([read(child.stdout), read(child.stderr)]);
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves when the output holds `text`; rejects when the script ends without. */
    async says(text: string): Promise<void> {
      const said = new Promise<void>((resolve) => {
        const check = () => out.includes(text) && resolve();
        waiting.add(check);
        check();
      });
      const ended = streams.then(() => {
        if (!out.includes(text)) throw new Error(`install.sh ended and never said "${text}":\n${out}`);
      });
      await Promise.race([said, ended]);
    },
    async end(): Promise<{ code: number; out: string }> {
      const code = await child.exited;
      await streams;
      return { code, out };
    },
  };
}

const toMode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("the command line", () => {
  test("--help names every option", async () => {
    const { code, out } = await createHome().start(["--help"]).end();
    for (const option of ["--no-serve", "--lan", "--uninstall", "--help"]) expect(out).toContain(option);
    expect(code).toBe(0);
  });

  test.each([[["--bogus"]], [["bogus"]], [["--no-serve", "-x"]], [["--uninstall", "--lan"]]])(
    "%j is refused and touches nothing",
    async (args) => {
      const { home, start } = createHome();
      const { code, out } = await start(args).end();
      expect(out).toContain("  Next: ");
      expect(code).toBe(1);
      expect(readdirSync(home)).toEqual([]);
    },
  );

  test("a HOME that is no folder is refused", async () => {
    const { code, out } = await createHome().start([], { HOME: "/nowhere" }).end();
    expect(out).toContain("HOME names no folder");
    expect(code).toBe(1);
  });
});

describe("bun", () => {
  /** Just enough programs for the script, and neither bun, npm, node nor curl. */
  function createBareHome(): Home & { run: (args: string[]) => ReturnType<typeof startScript> } {
    const home = createHome();
    for (const program of [
      "readlink",
      "dirname",
      "mktemp",
      "mkdir",
      "rm",
      "tail",
      "cp",
      "cat",
      "env",
      "ln",
      "chmod",
    ]) {
      const path = Bun.which(program);
      if (path !== null) symlinkSync(path, join(home.bin, program));
    }
    return { ...home, run: (args) => home.start(args, { PATH: home.bin }) };
  }

  test("that is neither here nor to be had is an error that says what to install", async () => {
    const { code, out } = await createBareHome().run(["--no-serve"]).end();
    expect(out).toContain("there is no bun 1.4.4 or newer");
    expect(out).toContain("sudo apt install npm");
    expect(code).toBe(1);
  });

  test("that npm brought without running its install script is found in its platform package", async () => {
    const { bin, path, run } = createBareHome();
    writeScript(
      join(bin, "npm"),
      `dir="$HOME/.local/share/ov-llm/bun/node_modules"
      mkdir -p "$dir/.bin" "$dir/@oven/bun-linux-x64/bin"
      printf '#!/bin/sh\\nexit 1\\n' > "$dir/.bin/bun"
      printf '#!/bin/sh\\n[ "$1" = --version ] && echo 1.10.0 && exit\\necho "bun $*: no network"; exit 1\\n' > "$dir/@oven/bun-linux-x64/bin/bun"
      chmod +x "$dir/.bin/bun" "$dir/@oven/bun-linux-x64/bin/bun"`,
    );
    writeScript(join(bin, "node"), "exit 1");
    writeScript(join(bin, "bun"), "echo 1.4.3");
    const { code, out } = await run(["--no-serve"]).end();
    expect(out).toContain("Bringing bun 1.4.4 with npm");
    expect(out).toContain("bun install --frozen-lockfile --production: no network");
    expect(out).toContain("the packages of ov-llm could not be fetched");
    expect(code).toBe(1);
    expect(existsSync(path(".local/lib/ov-llm/ov-llm"))).toBe(false);
  });
});

describe.skipIf(runtime === undefined || model === undefined)(
  "a whole installation [needs OV_TEST_RUNTIME_DIR, OV_TEST_MODEL]",
  () => {
    const { home, bin, path, start } = createHome();
    const seconds = 180_000;
    const settings = path(".config/ov-llm-server/ov-server.env");
    const executable = path(".local/lib/ov-llm/ov-llm");
    const registry = path("models/converted_models/registry.json");
    const starter = starterPath(dirname(registry));

    test(
      "--no-serve from nothing",
      async () => {
        // The engine and the model of the test run, so that nothing is downloaded.
        mkdirSync(path(".local/share/ov-llm"), { recursive: true });
        symlinkSync(runtime ?? "", path(".local/share/ov-llm/runtime"));
        mkdirSync(dirname(starter), { recursive: true });
        symlinkSync(model ?? "", starter);
        installStandIn(dirname(executable));
        const port = String(await findFreePort());
        const { code, out } = await start(["--no-serve"], { OV_PORT: port }).end();
        expect(out).toContain(`Installed ov-llm ${version}`);
        expect(out).toContain("The registry is empty: fetching the starter model");
        expect(out).toContain("native   openvino-genai-node 2026.4.0");
        expect(out).toContain("is not on PATH");
        expect(out).not.toContain("Serving");
        expect(code).toBe(0);
        expect(readlinkSync(path(".local/bin/ov-llm"))).toBe(executable);
        expect(JSON.parse(readFileSync(registry, "utf8")).models).toHaveProperty(
          "smollm2-135m-instruct.path",
          starter,
        );
        expect(readFileSync(settings, "utf8")).toContain(`\nOV_PORT=${port}\n`);
        expect([toMode(settings), toMode(dirname(settings))]).toEqual(["600", "700"]);
        for (const { env } of Object.values(settingsTable))
          expect(readFileSync(settings, "utf8")).toContain(`${env}=`);
      },
      seconds,
    );

    test(
      "again: a new executable by rename, settings and models as they were",
      async () => {
        const before = { inode: statSync(executable).ino, settings: readFileSync(settings, "utf8") };
        const { code, out } = await start(["--no-serve"]).end();
        expect(out).toContain(`Kept the settings in ${settings}`);
        expect(out).not.toContain("The registry is empty");
        expect(code).toBe(0);
        expect(statSync(executable).ino).not.toBe(before.inode);
        expect(readFileSync(settings, "utf8")).toBe(before.settings);
        expect(readdirSync(dirname(executable))).toEqual(["node_modules", "ov-llm"]);
      },
      seconds,
    );

    test(
      "without systemd it serves right there, asks a question, and Ctrl-C ends it",
      async () => {
        const script = start([]);
        await script.says("answered: ");
        script.kill("SIGINT");
        const { code, out } = await script.end();
        expect(out).toContain("answered: The capital of France is Paris.");
        expect(code).toBe(0);
      },
      seconds,
    );

    test(
      "a server that does not come up ends it, with what to do",
      async () => {
        const port = /^OV_PORT=(\d+)$/m.exec(readFileSync(settings, "utf8"))?.[1];
        const other = Bun.serve({
          port: Number(port),
          hostname: "127.0.0.1",
          fetch: () => Response.json({}),
        });
        const { code, out } = await start([]).end();
        await other.stop(true);
        expect(out).toContain("the server did not come up");
        expect(code).toBe(1);
      },
      seconds,
    );

    test(
      "--lan with systemd: unit, lingering, key, and an answer through the key",
      async () => {
        const calls = path("systemctl-calls");
        writeScript(join(bin, "systemctl"), renderSystemctl(calls));
        writeScript(join(bin, "loginctl"), `echo "loginctl $*" >> "${calls}"`);
        const { code, out } = await start(["--lan"], { OV_PORT: "1" }).end();
        const pid = Number(readFileSync(`${calls}.pid`, "utf8"));
        process.kill(pid, "SIGTERM");
        expect(out).toContain("answered: The capital of France is Paris.");
        expect(out).toContain("the service does not see OV_PORT of this shell");
        expect(code).toBe(0);
        const key = /^OV_API_KEY=(.+)$/m.exec(readFileSync(settings, "utf8"))?.[1] ?? "";
        expect(key.length).toBeGreaterThan(40);
        expect(out.split(key)).toHaveLength(2);
        expect(readFileSync(settings, "utf8")).toContain("\nOV_HOST=0.0.0.0\n");
        expect(toMode(settings)).toBe("600");
        const done = readFileSync(calls, "utf8").split("\n");
        expect(done).toContain("--user daemon-reload");
        expect(done).toContain("--user enable ov-server.service");
        expect(done).toContain("--user restart ov-server.service");
        expect(done).toContain("loginctl enable-linger");
        const unit = readFileSync(path(".config/systemd/user/ov-server.service"), "utf8");
        expect(unit).toBe(readFileSync(join(repo, "ov-server.service"), "utf8"));
      },
      seconds,
    );

    test(
      "--lan again keeps the key and does not show it",
      async () => {
        writeScript(join(bin, "systemctl"), "exit 1");
        const before = readFileSync(settings, "utf8");
        const { out } = await start(["--lan", "--no-serve"]).end();
        expect(out).toContain("Kept the API key");
        expect(out).not.toContain("sk-");
        expect(readFileSync(settings, "utf8")).toBe(before);
      },
      seconds,
    );

    test(
      "without the native engine's libraries it goes on with the other engine",
      async () => {
        rmSync(join(dirname(executable), "node_modules"), { recursive: true });
        // Nobody listens there; the packages of ov-llm itself are in bun's cache by now.
        const proxy = "http://me:secret@127.0.0.1:9";
        const { code, out } = await start(["--no-serve"], { http_proxy: proxy, https_proxy: proxy }).end();
        expect(out).toContain("Cannot install the native engine");
        expect(out).toContain("the batching engine serves alone");
        expect(out).not.toContain("secret");
        expect(code).toBe(0);
      },
      seconds,
    );

    test("--uninstall removes all but models, registry and settings", async () => {
      const { code, out } = await start(["--uninstall"]).end();
      expect(code).toBe(0);
      for (const kept of [registry, settings]) {
        expect(out).toContain(kept);
        expect(existsSync(kept)).toBe(true);
      }
      expect(existsSync(starter)).toBe(true);
      const gone = [
        executable,
        path(".local/bin/ov-llm"),
        path(".local/share/ov-llm"),
        path(".cache/ov-llm"),
      ];
      for (const place of [...gone, path(".config/systemd/user/ov-server.service")]) {
        expect(lstatSync(place, { throwIfNoEntry: false })).toBeUndefined();
      }
      // The link to the engine went, not what it leads to.
      expect(existsSync(join(runtime ?? "", "bin/python"))).toBe(true);
      expect((await start(["--uninstall"]).end()).code).toBe(0);
      expect(home).toContain(" ");
    });
  },
);

describe("a machine without Python", () => {
  test("is served by the native engine alone, which has no starter model", async () => {
    const { path, bin, start } = createHome();
    for (const program of ["python3", "uv"]) writeScript(join(bin, program), "exit 1");
    for (const minor of [10, 11, 12, 13]) writeScript(join(bin, `python3.${minor}`), "exit 1");
    installStandIn(path(".local/lib/ov-llm"));
    const script = start([], { OV_PORT: String(await findFreePort()) });
    await script.says("No model is registered yet");
    script.kill("SIGINT");
    const { code, out } = await script.end();
    expect(out).toContain("Hint: the native engine serves alone");
    expect(code).toBe(0);
  }, 60_000);
});

/** A user manager of one unit: `restart` starts the installed program, as the unit's ExecStart says. */
function renderSystemctl(calls: string): string {
  return `echo "$*" >> "${calls}"
  case "$*" in
  *is-failed*) exit 1 ;;
  *restart*) "$HOME/.local/bin/ov-llm" serve > "${calls}.log" 2>&1 & echo $! > "${calls}.pid" ;;
  *MainPID*) cat "${calls}.pid" ;;
  esac`;
}

describe("ov-server.service", () => {
  const text = readFileSync(join(repo, "ov-server.service"), "utf8");
  const values = new Map(
    text
      .split("\n")
      .filter((line) => /^\w+=/.test(line))
      .map((line): [string, string] => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

  test("starts the installed executable, brings it back after a failure, and after a power cut", () => {
    expect(values.get("ExecStart")).toBe("%h/.local/bin/ov-llm serve");
    expect(values.get("Restart")).toBe("on-failure");
    expect(values.get("WantedBy")).toBe("default.target");
    expect(values.get("KillMode")).toBe("mixed");
  });

  test("waits for what the server says of itself, and reloads it by the signal that it takes", () => {
    expect(values.get("Type")).toBe("notify");
    expect(Number(values.get("WatchdogSec"))).toBeGreaterThan(30);
    expect(values.get("ExecReload")).toBe("/bin/kill -HUP $MAINPID");
  });

  test("gives running requests the time that OV_DRAIN_SECONDS does", () => {
    expect(Number(values.get("TimeoutStopSec"))).toBeGreaterThan(Number(settingsTable.drainSeconds.default));
  });

  test("sets nothing itself and names only settings that there are", () => {
    expect([...values.keys()].filter((key) => key.startsWith("Environment"))).toEqual([]);
    const known = Object.values(settingsTable).map(({ env }): string => env);
    for (const [name] of text.matchAll(/OV_[A-Z_]+/g)) expect(known).toContain(name);
  });
});
