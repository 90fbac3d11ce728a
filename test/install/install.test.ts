import { describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { settingsTable } from "../../src/config/settings.ts";
import { starterPath } from "../../src/library/starter.ts";
import { version } from "../../src/version.ts";
import { findFreePort } from "../cli/run-cli.ts";
import { writeScript } from "../engine/kinds/batching/fake-python.ts";
import { eventually } from "../helpers/processes.ts";
import { installStandIn } from "../helpers/stand-in.ts";
import { createTempDir } from "../helpers/temp.ts";
import { createHomes, type InstallHome, type InstallRun } from "./home.ts";

const repo = join(import.meta.dir, "../..");
const temp = createTempDir();
const createHome = createHomes(temp);
const runtime = process.env.OV_TEST_RUNTIME_DIR;
const model = process.env.OV_TEST_MODEL;

const toMode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("the command line", () => {
  test.each(["/bin/bash", "/bin/sh"])("--help names every option; with %s", async (shell) => {
    const run = await Bun.$`${shell} ${join(repo, "install.sh")} --help`.quiet();
    const { code, out } = { code: run.exitCode, out: run.stdout.toString() };
    for (const option of ["--no-serve", "--lan", "--ollama", "--page-off", "--uninstall", "--help"])
      expect(out).toContain(option);
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

/** Just enough programs for the script, and neither bun, npm, node nor curl. */
function createBareHome(): InstallHome & {
  run: (args?: string[], env?: Record<string, string>) => InstallRun;
} {
  const home = createHome();
  const programs =
    "readlink dirname basename mktemp mkdir rmdir rm mv tail head cp cat env ln chmod df awk uname id sha256sum sha512sum sleep grep sed tr";
  for (const program of programs.split(" ")) {
    const path = Bun.which(program);
    if (path !== null) symlinkSync(path, join(home.bin, program));
  }
  return {
    ...home,
    run: (args = ["--no-serve"], env = {}) => home.start(args, { PATH: home.bin, ...env }),
  };
}

describe("before anything is touched", () => {
  test("too little space is found, with the folder, the need and what to do", async () => {
    const { home, bin, run } = createBareHome();
    rmSync(join(bin, "df"));
    writeScript(join(bin, "df"), "echo Filesystem; echo /dev/x 9 9 102400 9% /somewhere");
    const { code, out } = await run().end();
    expect(out).toContain("there are 100 MB free on /somewhere, and this needs 2200 MB");
    expect(out).toContain("  Next: ");
    expect([code, readdirSync(home)]).toEqual([1, []]);
  });

  test("a file where a folder is needed is named", async () => {
    const { path, run } = createBareHome();
    writeFileSync(path(".local"), "");
    const { code, out } = await run().end();
    expect(out).toContain(`${path(".local")} is in the way`);
    expect(code).toBe(1);
  });

  test("another kind of machine is refused", async () => {
    const { bin, run } = createBareHome();
    rmSync(join(bin, "uname"));
    writeScript(join(bin, "uname"), '[ "$1" = -s ] && echo Darwin || echo arm64');
    expect((await run().end()).out).toContain("this is Darwin on arm64");
  });

  test("a system with musl is refused before anything is fetched", async () => {
    const { home, bin, run } = createBareHome();
    writeScript(join(bin, "ldd"), 'echo "musl libc (x86_64)" >&2; exit 1');
    const { code, out } = await run().end();
    expect(out).toContain("this system uses the C library musl");
    expect(out).toContain("docs/container.md");
    expect([code, readdirSync(home)]).toEqual([1, []]);
  });

  test.each([[["--no-serve"]], [["--uninstall"]]])(
    "another install.sh for the same home is waited for a moment, then named: %p",
    async (args) => {
      const { home, start, startCommand } = createHome();
      const other = startCommand(["sh", "-c", 'exec 9<"$0"; flock 9; echo held; exec sleep 300', home]);
      await other.says("held");
      const { code, out } = await start(args).end();
      expect([code, out]).toEqual([
        1,
        `install.sh: another install.sh is running for ${home}\n  Next: wait until it ends, then run install.sh again\n`,
      ]);
      expect(readdirSync(home)).toEqual([]);
      other.kill("SIGKILL");
    },
    180_000,
  );

  test("INSTALL_SECONDS that is no number is refused", async () => {
    const { out } = await createBareHome().run([], { INSTALL_SECONDS: "soon" }).end();
    expect(out).toContain('INSTALL_SECONDS is "soon"');
  });
});

describe("bun", () => {
  const npmFails = `echo "npm error code ENOTFOUND" >&2
    echo "npm error network request failed" >&2
    echo "npm error A complete log of this run can be found in: /x/debug-0.log" >&2; exit 1`;

  test("that is neither here nor to be had is an error that says what to install", async () => {
    const { home, run } = createBareHome();
    const { code, out } = await run().end();
    expect(out).toContain("bun 1.4.4 or newer is not installed, nor is npm or curl");
    expect(out).toContain("sudo apt install npm");
    expect([code, readdirSync(home)]).toEqual([1, []]);
  });

  test("npm's own error is shown first, then curl's; nothing is left behind", async () => {
    const { home, bin, run } = createBareHome();
    writeScript(join(bin, "npm"), npmFails);
    writeScript(join(bin, "curl"), 'echo "curl: (6) Could not resolve host" >&2; exit 6');
    const { code, out } = await run().end();
    const places = ["npm error code ENOTFOUND", "npm could not fetch bun", "curl: (6)", "  Next: "];
    const found = places.map((place) => out.indexOf(place));
    expect(found).toEqual([...found].sort((one, other) => one - other));
    expect(found).not.toContain(-1);
    expect(out).not.toContain("complete log");
    expect([code, readdirSync(home)]).toEqual([1, []]);
  });

  test("an npm that never ends is ended", async () => {
    const { bin, run } = createBareHome();
    writeScript(join(bin, "npm"), "exec sleep 600");
    const { code, out } = await run(["--no-serve"], { INSTALL_SECONDS: "1" }).end();
    expect(out).toContain("npm did not end within 1 s");
    expect(code).toBe(1);
  });

  test.each([
    ["SIGINT", 130, "stopped by Ctrl-C"],
    ["SIGTERM", 143, "stopped by SIGTERM"],
    ["SIGHUP", 129, "its terminal was closed"],
  ] as const)("%s while it is fetched is reported as that, and ends npm", async (signal, exit, said) => {
    const { home, bin, run } = createBareHome();
    const pid = join(bin, "npm.pid");
    writeScript(join(bin, "npm"), `echo $$ > "${pid}.new"; mv "${pid}.new" "${pid}"; exec sleep 600`);
    const script = run();
    await eventually(() => existsSync(pid));
    script.kill(signal);
    const { code, out } = await script.end();
    expect(out).toContain(said);
    expect(out).toContain("run install.sh again");
    expect(out).not.toContain("network");
    expect(existsSync(`/proc/${readFileSync(pid, "utf8").trim()}`)).toBe(false);
    expect([code, readdirSync(home)]).toEqual([exit, []]);
  });

  /** An npm that packs, and a sha512sum that finds what it packed right. */
  function packPinned(bin: string) {
    writeScript(join(bin, "npm"), "exit 0");
    rmSync(join(bin, "sha512sum"), { force: true });
    const script = readFileSync(join(repo, "install.sh"), "utf8");
    const arch = process.arch === "arm64" ? "aarch64" : "x64";
    const sha512 = new RegExp(`^bun_package_sha512_${arch}=(.*)$`, "m").exec(script)?.[1];
    writeScript(join(bin, "sha512sum"), `echo "${sha512}  $2"`);
  }

  test("whose package is not the pinned one is never unpacked", async () => {
    const { bin, path, run } = createBareHome();
    writeScript(
      join(bin, "npm"),
      'while [ "$1" != --pack-destination ]; do shift; done; echo other >"$2/oven-bun-linux-x64-1.4.4.tgz"',
    );
    rmSync(join(bin, "uname"));
    writeScript(join(bin, "uname"), '[ "$1" = -s ] && echo Linux || echo x86_64');
    writeScript(join(bin, "tar"), `echo unpacked > "${path("unpacked")}"`);
    const { code, out } = await run().end();
    expect(out).toMatch(
      /The fetched file is not bun's package 1\.4\.4: its sha512 is [0-9a-f]{128}, expected [0-9a-f]{128}/,
    );
    expect(out).toContain("  Next: ");
    expect(existsSync(path("unpacked"))).toBe(false);
    expect(code).toBe(1);
  });

  test("that is not the pinned one is refused and never run", async () => {
    const { bin, path, run } = createBareHome();
    packPinned(bin);
    writeScript(join(bin, "tar"), `echo '#!/bin/sh'; echo 'echo ran > "${path("ran")}"; echo 1.4.4'`);
    const { code, out } = await run().end();
    expect(out).toMatch(
      /The fetched file is not bun 1\.4\.4: its sha256 is [0-9a-f]{64}, expected [0-9a-f]{64}/,
    );
    expect(existsSync(path("ran"))).toBe(false);
    expect(existsSync(path(".local"))).toBe(false);
    expect(code).toBe(1);
  });

  test.skipIf(Bun.version !== "1.4.4")("that is the pinned one is taken [needs bun 1.4.4]", async () => {
    const { home, bin, path, run } = createBareHome();
    packPinned(bin);
    writeScript(join(bin, "tar"), `exec cat "${process.execPath}"`);
    // Nobody listens there, and its own cache is empty.
    const proxy = "http://127.0.0.1:9";
    const env = { http_proxy: proxy, https_proxy: proxy, BUN_INSTALL_CACHE_DIR: join(bin, "empty") };
    const { code, out } = await run(["--no-serve"], env).end();
    expect(out).toContain("the packages of ov-llm could not be fetched");
    expect(readdirSync(path(".local/share/ov-llm/bun/bin"))).toEqual(["bun"]);
    // Bun is kept for the next try, and there is nothing else.
    expect(readdirSync(home)).toEqual([".local"]);
    expect(readdirSync(path(".local"))).toEqual(["share"]);
    expect(code).toBe(1);
  });

  test("that an older install.sh brought with npm is found in its platform package", async () => {
    const { bin, path, run } = createBareHome();
    const modules = path(".local/share/ov-llm/bun/node_modules");
    for (const folder of [".bin", "@oven/bun-linux-x64/bin"])
      mkdirSync(join(modules, folder), { recursive: true });
    writeScript(join(modules, ".bin/bun"), "exit 1");
    writeScript(
      join(modules, "@oven/bun-linux-x64/bin/bun"),
      '[ "$1" = --version ] && echo 1.10.0 && exit; echo "bun $*: no network"; exit 1',
    );
    writeScript(join(bin, "bun"), "echo 1.4.3");
    const { code, out } = await run().end();
    expect(out).toContain("Found bun 1.10.0");
    expect(out).toContain("bun install --frozen-lockfile --production: no network");
    expect(out).toContain("the packages of ov-llm could not be fetched");
    expect(code).toBe(1);
    expect(existsSync(path(".local/lib"))).toBe(false);
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
        expect(readdirSync(dirname(executable)).sort()).toEqual([
          "LICENSE",
          "THIRD_PARTY_LICENSES.txt",
          "install.sh",
          "node_modules",
          "ov-llm",
          "ov-server.service",
          "source",
        ]);
      },
      seconds,
    );

    test(
      "--ollama and --page-off are written to the settings, and seen in the last lines",
      async () => {
        const before = readFileSync(settings, "utf8");
        const { code, out } = await start(["--no-serve", "--ollama", "--page-off"]).end();
        const written = readFileSync(settings, "utf8");
        writeFileSync(settings, before);
        expect(code).toBe(0);
        for (const line of ["OV_OLLAMA_PORT=11434", "OV_PAGE=off"]) expect(written).toContain(`\n${line}\n`);
        expect(out).toContain("\n  Ollama         http://127.0.0.1:11434\n");
        expect(out).not.toContain("\n  Page ");
      },
      seconds,
    );

    test(
      "without systemd it serves right there, asks a question, and Ctrl-C ends it",
      async () => {
        const script = start([]);
        await script.says("Uninstall");
        // An upgrade beside it.
        const upgrade = await start([]).end();
        expect(upgrade.out).toMatch(
          /a server still runs the previous version: pid \d+\n {2}To upgrade it {2}stop it/,
        );
        expect(upgrade.out).not.toContain("error");
        expect(upgrade.code).toBe(0);
        script.kill("SIGINT");
        const { code, out } = await script.end();
        expect(out).toContain("answered: The capital of France is Paris.");
        const port = /^OV_PORT=(\d+)$/m.exec(readFileSync(settings, "utf8"))?.[1];
        const summary = out.slice(out.indexOf(`ov-llm ${version} is serving`));
        expect(summary).toContain(
          `curl http://127.0.0.1:${port}/v1/chat/completions -d '{"model": "smollm2-135m-instruct",`,
        );
        expect(summary).toContain(`\n  Page           http://127.0.0.1:${port}/\n`);
        for (const row of ["Address", "Stop", "Log", "Upgrade", "Uninstall"])
          expect(summary).toContain(`\n  ${row} `);
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
        expect(out).toContain("the server did not start");
        expect(code).toBe(1);
      },
      seconds,
    );

    test(
      "--lan with systemd: unit, lingering, key, and an answer through the key",
      async () => {
        const calls = path("systemctl-calls");
        writeScript(join(bin, "systemctl"), renderSystemctl(calls));
        // It does not linger, and may not change that.
        writeScript(join(bin, "loginctl"), `echo "loginctl $*" >> "${calls}"; echo Linger=no; exit 1`);
        const { code, out } = await start(["--lan"], { OV_PORT: "1" }).end();
        const pid = Number(readFileSync(`${calls}.pid`, "utf8"));
        process.kill(pid, "SIGTERM");
        expect(out).toContain("answered: The capital of France is Paris.");
        expect(out).toContain("the service does not see OV_PORT of this shell");
        expect(out).toContain("until you run: sudo loginctl enable-linger");
        expect(code).toBe(0);
        const key = /^OV_API_KEY=(.+)$/m.exec(readFileSync(settings, "utf8"))?.[1] ?? "";
        expect(key.length).toBeGreaterThan(40);
        // Its line, and the command that asks.
        const summary = out.slice(out.indexOf("is serving"));
        expect([out.split(key).length, summary.split(key).length]).toEqual([3, 3]);
        expect(summary).toContain(`curl http://`);
        expect(summary).toContain(`-H "Authorization: Bearer ${key}"`);
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
      "--lan again keeps the key and does not show it, and a settings file that is a link stays one",
      async () => {
        writeScript(join(bin, "systemctl"), "exit 1");
        renameSync(settings, path("dotfile"));
        symlinkSync(path("dotfile"), settings);
        const before = readFileSync(settings, "utf8");
        const { out } = await start(["--lan", "--no-serve"]).end();
        expect(out).toContain("Kept the API key");
        expect(out).not.toContain("sk-");
        expect(out).toContain('-H "Authorization: Bearer $OV_API_KEY"');
        expect(readlinkSync(settings)).toBe(path("dotfile"));
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
        expect(out).toContain("only the batching engine is installed");
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
    await script.says("Hint: only the native engine is installed");
    script.kill("SIGINT");
    const { code, out } = await script.end();
    expect(out).toContain("No model is registered yet");
    expect(code).toBe(0);
  }, 180_000);
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
