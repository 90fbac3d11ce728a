import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { engineEnvironment } from "../../helpers/engine.ts";
import { runtimeDir } from "../../helpers/environment.ts";
import { repo, smol, smolEntry } from "../../helpers/server.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { findFreePort } from "../run-cli.ts";

setDefaultTimeout(180_000);
const python = Bun.which("python3");
const suite = python === null ? describe.skip : describe;

suite(`a trial on a terminal${python === null ? " (skipped: no python3)" : ""}`, () => {
  test("is offered, compares the devices, and writes the best one into the entry after a yes", async () => {
    const home = createTempDir();
    const registry = join(home, "registry.json");
    writeFileSync(registry, JSON.stringify({ version: 1, models: { [smol]: smolEntry() } }));
    // A device that is not there: the one that is will be better.
    const steps = [
      ["[y/N]", "y\r"],
      ["Write device=CPU into the entry", "y\r"],
    ];
    const args = ["doctor", "--offline", "--device", "GPU.7", "--registry-path", registry];
    const child = Bun.spawn(
      [
        python ?? "",
        join(repo, "test/helpers/terminal_session.py"),
        JSON.stringify(steps),
        process.execPath,
        join(repo, "cli/main.ts"),
        ...args,
        "--port",
        String(await findFreePort()),
      ],
      {
        cwd: home,
        env: {
          PATH: process.env.PATH,
          HOME: home,
          TERM: "xterm",
          OV_RUNTIME_DIR: runtimeDir(),
          ...engineEnvironment(),
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const [text, code] = await Promise.all([child.stdout.text(), child.exited]);
    const shown = Bun.stripANSI(text).replaceAll("\r", "");
    expect(shown).toMatch(/^ok +engine +batching works: /);
    expect(shown).toMatch(/\nCPU +\d+(\.\d+)? s +\d+ ms +\d+(\.\d+)? +\d+\.\d MB\n/);
    expect(shown).toContain(`Changed "${smol}": device=CPU`);
    // The device of the settings is not there.
    expect(code).toBe(1);
    expect(JSON.parse(readFileSync(registry, "utf8")).models[smol].device).toBe("CPU");
  });
});
