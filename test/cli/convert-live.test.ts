import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { updateRegistry } from "../../src/registry/store.ts";
import { type ConvertHome, makeConvertHome, makeModel } from "../convert/fake-models.ts";
import { isRunning } from "../helpers/processes.ts";
import { repo } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runCli } from "./run-cli.ts";

const main = join(repo, "cli/main.ts");
const task = "text-generation-with-past";

function start(place: ConvertHome, ...args: string[]) {
  const child = Bun.spawn([process.execPath, main, "convert", "--yes", ...args], {
    cwd: place.home,
    env: { PATH: process.env.PATH, HOME: place.home, ...place.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, err: child.stderr.text() };
}

/** The exporter's own output says when it is there. */
async function waitForLog(place: ConvertHome, name: string, text: string): Promise<void> {
  const path = join(place.out, ".logs", `${name}.log`);
  const deadline = performance.now() + 120_000;
  while (!(existsSync(path) && (await Bun.file(path).text()).includes(text))) {
    if (performance.now() > deadline) throw new Error(`${path} never said ${text}`);
    await Bun.sleep(20);
  }
}

async function readExporterPid(place: ConvertHome, name: string): Promise<number> {
  const path = join(place.out, name, `.task-${task}__wf-int8.exporter`);
  return (await Bun.file(path).json()).pid;
}

describe("ov-llm convert while it runs", () => {
  test("a second one says who runs; one killed with its exporter at work leaves nothing that the next does not clean up", async () => {
    const place = makeConvertHome(createTempDir());
    const source = makeModel(join(place.src, "m"), { behaviour: "hang" });
    const first = start(place);
    await waitForLog(place, "m", "hanging");
    const second = await runCli(["convert", "--yes"], place);
    expect([second.code, second.err]).toEqual([1, expect.stringContaining(`(pid ${first.child.pid} since`)]);
    const exporter = await readExporterPid(place, "m");
    first.child.kill("SIGKILL");
    await first.child.exited;
    expect(isRunning(exporter)).toBe(true);
    expect([place.models(), existsSync(join(source, "model.safetensors"))]).toEqual([{}, true]);
    rmSync(join(source, "behaviour"));
    const third = await runCli(["convert", "--yes"], place);
    expect([third.code, third.err]).toEqual([
      0,
      expect.stringContaining("Removed unfinished work of an earlier run"),
    ]);
    expect(isRunning(exporter)).toBe(false);
    expect(Object.keys(place.models())).toEqual(["m"]);
    expect(readdirSync(join(place.out, "m"))).toEqual([`task-${task}__wf-int8`]);
  }, 180_000);

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "%s ends the exporter, leaves nothing behind and gives %p",
    async (signal, code) => {
      const place = makeConvertHome(createTempDir());
      const source = makeModel(join(place.src, "m"), { behaviour: "hang" });
      const { child, err } = start(place);
      await waitForLog(place, "m", "hanging");
      const exporter = await readExporterPid(place, "m");
      child.kill(signal);
      expect([await child.exited, await err]).toEqual([code, expect.stringContaining("Stopped:")]);
      expect(isRunning(exporter)).toBe(false);
      expect([place.models(), existsSync(source), existsSync(join(place.out, "m"))]).toEqual([
        {},
        true,
        false,
      ]);
    },
    180_000,
  );

  test("what others write to the registry meanwhile stays, and a name they took is not taken from them", async () => {
    const place = makeConvertHome(createTempDir());
    const go = join(place.home, "go");
    makeModel(join(place.src, "m"), { behaviour: `wait ${go}` });
    const { child } = start(place);
    await waitForLog(place, "m", "waiting");
    const theirs = { path: "/theirs", task, weight_format: "fp16" };
    await updateRegistry(place.registryPath, (models) => {
      models.m = theirs;
      models.other = theirs;
    });
    writeFileSync(go, "");
    expect(await child.exited).toBe(0);
    const path = join(place.out, "m", `task-${task}__wf-int8`);
    expect(place.models()).toMatchObject({ m: theirs, other: theirs, "m-2": { path } });
    expect(await Bun.file(join(path, "conversion.json")).json()).toMatchObject({ name: "m-2" });
  }, 180_000);

  test("a place for originals that cannot be used then costs a warning, not the model", async () => {
    const place = makeConvertHome(createTempDir());
    const go = join(place.home, "go");
    const source = makeModel(join(place.src, "m"), { behaviour: `wait ${go}` });
    const { child, err } = start(place);
    await waitForLog(place, "m", "waiting");
    makeModel(join(place.og, "m"));
    writeFileSync(go, "");
    expect([await child.exited, await err]).toEqual([0, expect.stringContaining("The original stays at")]);
    expect(existsSync(join(source, "model.safetensors"))).toBe(true);
    expect(place.models()).toHaveProperty("m");
  }, 180_000);
});

const python = Bun.which("python3");
const suite = python === null ? describe.skip : describe;

/** What to wait for, and what to type then; null: close the terminal. */
type Step = [string, string | null];

async function onTerminal(
  place: ConvertHome,
  steps: Step[],
  args: string[] = [],
  more: Record<string, string> = {},
) {
  const command = [
    python ?? "",
    join(repo, "test/helpers/terminal_session.py"),
    JSON.stringify(steps),
    process.execPath,
    main,
  ];
  const child = Bun.spawn([...command, "convert", ...args], {
    cwd: place.home,
    env: { PATH: process.env.PATH, HOME: place.home, TERM: "xterm", LANG: "C.UTF-8", ...place.env, ...more },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [text, code] = await Promise.all([child.stdout.text(), child.exited]);
  return { text: Bun.stripANSI(text).replaceAll("\r", ""), code };
}

suite(`a session on a terminal${python === null ? " (skipped: no python3)" : ""}`, () => {
  const question = (folder: string) => `Custom name for ${folder}? Blank for empty:`;

  test("asks all names, then once whether to continue, and nothing after that", async () => {
    const place = makeConvertHome(createTempDir());
    for (const name of ["Alpha 1", "Beta", "Gamma", "模型"]) makeModel(join(place.src, name));
    const { text, code } = await onTerminal(place, [
      [question("Alpha 1"), "\n"],
      [question("Beta"), "My Chat!\n"],
      [question("Gamma"), "my-chat\n"],
      [question("模型"), "  \n"],
      ["Continue? [Y/n]", "y\n"],
    ]);
    expect(code).toBe(0);
    expect(Object.keys(place.models())).toEqual(["alpha-1", "my-chat", "my-chat-2", "moxing"]);
    expect(text).toContain("Blank for empty: [alpha-1]");
    expect(text).toContain('Beta: the name "My Chat!" is written "my-chat".');
    expect(text).toContain('Gamma: the name "my-chat" is taken, so it becomes "my-chat-2".');
    expect(text.split("? ").length - 1).toBe(5);
    expect(text).toContain("[4/4] moxing: converted as");
  }, 180_000);

  test.each([
    ["at a name", [[question("m"), "\u0003"]]],
    [
      "at the last question",
      [
        [question("m"), "\n"],
        ["Continue? [Y/n]", "\u0003"],
      ],
    ],
    [
      "while it exports",
      [
        [question("m"), "\n"],
        ["Continue? [Y/n]", "\n"],
        ["loading the weights", "\u0003"],
      ],
    ],
  ] as [string, [string, string][]][])(
    "Ctrl-C %s leaves everything unchanged",
    async (_, steps) => {
      const place = makeConvertHome(createTempDir());
      makeModel(join(place.src, "m"), { behaviour: "hang" });
      const { text, code } = await onTerminal(place, steps);
      expect([code, text]).toEqual([130, expect.stringContaining("Stopped:")]);
      expect([place.models(), existsSync(join(place.src, "m")), existsSync(join(place.out, "m"))]).toEqual([
        {},
        true,
        false,
      ]);
    },
    180_000,
  );

  test.each([
    [
      "n",
      [
        [question("m"), "\n"],
        ["Continue? [Y/n]", "n\n"],
      ],
      3,
      "Nothing was changed.",
    ],
    ["the end of the input", [[question("m"), "\u0004"]], 1, "The input ended"],
  ] as [string, [string, string][], number, string][])(
    "%s changes nothing",
    async (_, steps, exitCode, sentence) => {
      const place = makeConvertHome(createTempDir());
      makeModel(join(place.src, "m"));
      const { text, code } = await onTerminal(place, steps);
      expect([code, text]).toEqual([exitCode, expect.stringContaining(sentence)]);
      expect([place.models(), existsSync(join(place.src, "m"))]).toEqual([{}, true]);
    },
    180_000,
  );

  test.each([
    ["a name", [[question("m"), null]]],
    [
      "the last question",
      [
        [question("m"), "\n"],
        ["Continue? [Y/n]", null],
      ],
    ],
  ] as [string, Step[]][])(
    "a terminal that is closed at %s stops it like SIGHUP, even if the signal does not arrive",
    async (_, steps) => {
      const place = makeConvertHome(createTempDir());
      makeModel(join(place.src, "m"));
      const { code } = await onTerminal(place, steps, [], { OTHERS_TERMINAL: "1" });
      expect([code, place.models(), existsSync(join(place.src, "m"))]).toEqual([129, {}, true]);
    },
    180_000,
  );

  test("does not show what is typed while it converts", async () => {
    const place = makeConvertHome(createTempDir());
    makeModel(join(place.src, "m"), { behaviour: "hang" });
    const { text } = await onTerminal(place, [
      [question("m"), "\n"],
      ["Continue? [Y/n]", "\n"],
      ["loading the weights", "typed-meanwhile"],
      ["loading the weights", "\u0003"],
    ]);
    expect(text).not.toContain("typed-meanwhile");
  }, 180_000);

  test("a converter that is missing is offered with the plan", async () => {
    const place = makeConvertHome(createTempDir());
    makeModel(join(place.src, "m"));
    mkdirSync(join(place.home, "none"));
    const { text, code } = await onTerminal(
      place,
      [
        [question("m"), "\n"],
        ["Continue? [Y/n]", "n\n"],
      ],
      ["--convert-env", join(place.home, "none")],
    );
    expect([code, text]).toEqual([3, expect.stringContaining("The converter is not installed yet")]);
  }, 180_000);
});
