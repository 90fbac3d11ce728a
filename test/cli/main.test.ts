import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import type { Setting } from "../../src/config/settings/setting.ts";
import { settingNamesOf, settingsTable } from "../../src/config/settings.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runCli } from "./run-cli.ts";

const home = createTempDir();

describe("ov-llm", () => {
  test.each([[[]], [["--help"]], [["-h"]]])("%p lists the commands", async (args) => {
    const { code, out, err } = await runCli(args, { home });
    expect([code, err]).toEqual([0, ""]);
    for (const name of ["serve", "convert", "models", "health", "setup"]) expect(out).toContain(`${name} `);
  });

  test.each(["--version", "-v"])("%s prints the version alone", async (flag) => {
    expect(await runCli([flag], { home })).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
  });

  test.each([
    [
      ["nope"],
      `error: Unknown command "nope": the commands are serve, chat, pull, catalog, list, ps, show, stop, rm, convert, models, health, mesh, doctor, tune, status, start, stop-server, restart, logs, upgrade, setup, completion, man, version. See "ov-llm --help".\n`,
    ],
    [
      ["--nope"],
      `error: Unknown flag "--nope": the commands are serve, chat, pull, catalog, list, ps, show, stop, rm, convert, models, health, mesh, doctor, tune, status, start, stop-server, restart, logs, upgrade, setup, completion, man, version. See "ov-llm --help".\n`,
    ],
    [["toString"], `error: Unknown command "toString": the commands are`],
    [["models", "--nope"], `error: Unknown flag "--nope" of "ov-llm models". See "ov-llm models --help".\n`],
    [["health", "word"], `error: Cannot use "word" with "ov-llm health": it takes no such argument.`],
    [["serve", "--port"], `error: --port of "ov-llm serve" requires a value`],
    [
      ["serve", "--port", "12abc"],
      `error: Cannot use "12abc" for --port: expected a whole number from 0 to 65535.`,
    ],
    [["upgrade", "--version", "../1.0"], `error: Cannot use --version "../1.0": expected one such as 1.2.0.`],
    [["a\nb"], `error: Unknown command "a\\nb"`],
  ])("%p is one line on stderr and exit code 2", async (args, line) => {
    const { code, out, err } = await runCli(args, { home });
    expect([code, out]).toEqual([2, ""]);
    expect(err).toStartWith(line);
    expect(err.trimEnd()).not.toContain("\n");
  });

  test("the help of serve has every setting with its flag, variable and default", async () => {
    const { code, out } = await runCli(["serve", "--port", "1", "--help"], { home });
    expect(code).toBe(0);
    for (const setting of settingNamesOf("serve").map((name): Setting => settingsTable[name])) {
      expect(out).toContain(setting.help);
      expect(out).toContain(setting.env);
      if (setting.flag !== null)
        expect(out).toContain(`--${setting.flag}${setting.kind === "switch" ? " " : "="}`);
      if (setting.default) expect(out).toContain(`(${setting.env}, default: ${setting.default})`);
    }
    expect(out).not.toContain("\u001b");
  });

  test("the help of convert has its settings, no others, and the exit codes", async () => {
    const { out } = await runCli(["convert", "--help"], { home });
    for (const name of settingNamesOf("convert")) expect(out).toContain(settingsTable[name].help);
    expect(out).not.toContain("OV_PORT");
    for (const part of ["--no-trust-remote-code", "--keep-going", "  130  stopped by Ctrl-C"]) {
      expect(out).toContain(part);
    }
  });

  test("serve takes its settings to the daemon and ends with its error", async () => {
    const none = join(home, "no-runtime");
    const { code, err } = await runCli(["serve", "--port", "0", "--runtime-dir", none], { home });
    expect(code).toBe(1);
    expect(err.trimEnd().split("\n").at(-1)).toStartWith(`error: No engine is installed in "${none}"`);
  });

  test("a secret that is not allowed is not shown", async () => {
    const { code, err } = await runCli(["models"], { home, env: { OV_API_KEY: "s3cret" } });
    expect(code).toBe(2);
    expect(err).toContain("OV_API_KEY from the environment");
    expect(err).not.toContain("s3cret");
  });

  test("a settings file that cannot be read is one line", async () => {
    const broken = createTempDir();
    mkdirSync(join(broken, ".config/ov-llm-server/ov-server.env"), { recursive: true });
    const { code, err } = await runCli(["health"], { home: broken });
    expect(code).toBe(2);
    expect(err).toMatch(
      /^error: Cannot read the settings file ".*ov-server\.env" \(.*is not a regular file\).*\n$/,
    );
  });

  test("a reader that leaves early is no error", async () => {
    const models = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [
        `m${index}`,
        { path: "/none", task: "t", weight_format: "int8" },
      ]),
    );
    const path = join(createTempDir(), "registry.json");
    writeFileSync(path, JSON.stringify({ version: 1, models }));
    const main = join(import.meta.dir, "../../cli/main.ts");
    const script = `"$0" "$1" models --registry-path "$2" | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const child = Bun.spawn(["bash", "-c", script, process.execPath, main, path], {
      env: { HOME: home, PATH: process.env.PATH },
      stderr: "pipe",
    });
    const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect([out.trimEnd().split("\n").at(-1), err]).toEqual(["0", ""]);
  });
});
