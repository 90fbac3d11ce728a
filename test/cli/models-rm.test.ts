import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exported } from "../helpers/model-home.ts";
import { createModelHome, type ModelHome } from "./model-home.ts";
import { runCli } from "./run-cli.ts";

const main = join(import.meta.dir, "../../cli/main.ts");

/** The same command on a terminal, with this answer to its question. */
async function runOnTerminal(home: string, args: string[], answer: string) {
  let screen = "";
  let answered = false;
  const child = Bun.spawn([process.execPath, main, "models", ...args], {
    cwd: home,
    env: { HOME: home, PATH: process.env.PATH },
    terminal: {
      cols: 300,
      rows: 24,
      data(terminal, bytes) {
        screen += new TextDecoder().decode(bytes);
        if (answered || !screen.includes("[y/N]")) return;
        answered = true;
        terminal.write(answer);
      },
    },
  });
  const code = await child.exited;
  child.terminal?.close();
  return { code, screen, answered };
}

/** A registered converted model, with one more beside it. */
function createHome(): ModelHome & { path: string } {
  const home = createModelHome();
  const path = home.makeConverted("gone");
  home.write({ gone: { path, ...exported }, stays: { path: home.makeConverted("stays"), ...exported } });
  return { ...home, path };
}

/** That nothing happened: the entry and every file are there. */
function expectWhole({ read, path }: ModelHome & { path: string }): void {
  expect(Object.keys(read())).toEqual(["gone", "stays"]);
  expect(readdirSync(path)).toHaveLength(5);
}

describe("ov-llm models rm --files", () => {
  test("with --yes deletes entry and files, and the folder that is empty then", async () => {
    const { models, path, read, root } = createHome();
    const { code, out, err } = await models("rm", "gone", "--files", "--yes");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(`Removed "gone" from the registry; deleted ${path}.\n`);
    expect(Object.keys(read())).toEqual(["stays"]);
    expect(readdirSync(root).sort()).toEqual(["registry.json", "registry.json.lock", "stays"]);
  });

  test("leaves another format of the same model", async () => {
    const { models, path, root } = createHome();
    mkdirSync(join(root, "gone/task-t__wf-int4"));
    await models("rm", "gone", "--files", "--yes");
    expect([existsSync(path), readdirSync(join(root, "gone"))]).toEqual([false, ["task-t__wf-int4"]]);
  });

  test("deletes a single .gguf file", async () => {
    const { models, read, root, write } = createHome();
    const file = join(root, "m/m.gguf");
    mkdirSync(dirname(file));
    writeFileSync(file, "");
    write({ gone: { path: file, ...exported } });
    expect((await models("rm", "gone", "--files", "--yes")).code).toBe(0);
    expect([existsSync(dirname(file)), read()]).toEqual([false, {}]);
  });

  test("removes the entry of files that are gone already", async () => {
    const { models, path, read } = createHome();
    rmSync(path, { recursive: true });
    const { code, out } = await models("rm", "gone", "--files");
    expect([code, out]).toEqual([0, `Removed "gone" from the registry; there were no files.\n`]);
    expect(Object.keys(read())).toEqual(["stays"]);
  });

  test("asks on a terminal: y deletes", async () => {
    const home = createHome();
    const { code, screen, answered } = await runOnTerminal(home.home, ["rm", "gone", "--files"], "y\n");
    expect([code, answered]).toEqual([0, true]);
    expect(screen).toContain(`Delete the files of "gone", ${home.path}? [y/N]`);
    expect([existsSync(home.path), Object.keys(home.read())]).toEqual([false, ["stays"]]);
  });

  test.each(["n\n", "\n", "\u0003", "\u0004"])("asks on a terminal: %j deletes nothing", async (answer) => {
    const home = createHome();
    const { code, answered } = await runOnTerminal(home.home, ["rm", "gone", "--files"], answer);
    expect([code === 0, answered]).toEqual([false, true]);
    expectWhole(home);
  });

  test("where nobody can be asked requires --yes", async () => {
    const home = createHome();
    const { code, err } = await home.models("rm", "gone", "--files");
    expect(code).toBe(1);
    expect(err).toMatch(/^error: Cannot ask before deleting ".*": this is not a terminal\. .*add --yes/);
    expectWhole(home);
  });
});

describe("what lies outside the folders of models", () => {
  function createOutside() {
    const home = createModelHome();
    const path = home.makeModel("elsewhere/m");
    home.write({ m: { path, ...exported } });
    return { ...home, path };
  }

  test("is never deleted without --yes, not even on a terminal", async () => {
    const { home, models, path, read } = createOutside();
    const { code, err } = await models("rm", "m", "--files");
    expect([code, err]).toEqual([1, expect.stringContaining("it lies outside the folders of models. ")]);
    const asked = await runOnTerminal(home, ["rm", "m", "--files"], "y\n");
    expect([asked.code, asked.answered]).toEqual([1, false]);
    expect([existsSync(path), Object.keys(read())]).toEqual([true, ["m"]]);
  });

  test("goes with --yes, and its parent stays", async () => {
    const { models, path } = createOutside();
    expect((await models("rm", "m", "--files", "--yes")).code).toBe(0);
    expect([existsSync(path), existsSync(dirname(path))]).toEqual([false, true]);
  });

  test("is inside when OV_MODEL_OUT says so", async () => {
    const { home, path } = createOutside();
    const args = ["rm", "m", "--files", "--model-out", join(home, "elsewhere")];
    expect(await runOnTerminal(home, args, "y\n")).toMatchObject({ code: 0, answered: true });
    expect(existsSync(path)).toBe(false);
  });
});

/** A registered .gguf file with the copy that a load has made. */
function createCopied() {
  const home = createModelHome();
  const path = join(home.home, "small.gguf");
  writeFileSync(path, "GGUF");
  const entry = { path, task: "text-generation-with-past", weight_format: "q4_1" };
  const copy = join(home.home, ".cache/ov-llm/model-cache/gguf/0123");
  mkdirSync(copy, { recursive: true });
  writeFileSync(join(copy, "source.json"), JSON.stringify({ path, stamp: "x" }));
  return { ...home, path, entry, copy };
}

describe("the copy of a .gguf file", () => {
  test.each([[[]], [["--files", "--yes"]]])(
    "is named by show, and removed with its model: %p",
    async (flags) => {
      const { home, models, write, entry, copy } = createCopied();
      write({ small: entry });
      expect((await runCli(["show", "small"], { home })).out).toMatch(new RegExp(`copy +${copy}, \\d+ B`));
      expect((await models("rm", "small", ...flags)).code).toBe(0);
      expect(existsSync(copy)).toBe(false);
    },
  );

  test("stays where another entry serves the same file", async () => {
    const { models, write, entry, copy } = createCopied();
    write({ small: entry, other: entry });
    expect((await models("rm", "small")).code).toBe(0);
    expect(existsSync(copy)).toBe(true);
  });
});
