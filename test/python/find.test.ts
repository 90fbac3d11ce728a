import { describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { runtimeLabels } from "../../src/engine/kinds/batching/probe.ts";
import { OvError } from "../../src/errors.ts";
import { type FindOptions, findInstaller, toInstallCommand, toVenvCommand } from "../../src/python/find.ts";
import { createFakeMachine } from "../engine/kinds/batching/fake-python.ts";
import { setupFailure } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();

function createScene() {
  const machine = createFakeMachine(mkdtempSync(join(temp, "a machine ")));
  /** A machine without a network, unless `more` brings something. */
  const find = (more: Partial<FindOptions> = {}) =>
    findInstaller(runtimeLabels, {
      newest: 14,
      variables: machine.variables,
      bringUv: () => Promise.reject(offline()),
      bringPython: () => Promise.reject(offline()),
      ...more,
    });
  return { machine, find };
}

const offline = () =>
  new OvError("setup_failed", { what: "Cannot fetch uv", why: "no network", next: "Check the network." });

describe("findInstaller", () => {
  test("takes the machine's own python3", async () => {
    const { machine, find } = createScene();
    machine.addPython();
    machine.addPython("python3.13", { version: "3.13.1" });
    const python = join(machine.bin, "python3");
    expect(await find()).toEqual({
      kind: "pip",
      python,
      version: "3.12.3",
    });
  });

  test("takes the newest fitting release when python3 is too new, and passes by a shim that fails", async () => {
    const { machine, find } = createScene();
    machine.addPython("python3", { version: "3.15.0" });
    machine.addProgram("python3.13", 'echo "python3.13: command not found" >&2; exit 127');
    machine.addPython("python3.11", { version: "3.11.9" });
    machine.addPython("python3.10", { version: "3.10.4" });
    expect(await find()).toMatchObject({ version: "3.11.9" });
  });

  test("takes no release that is too new for the packages", async () => {
    const { machine, find } = createScene();
    machine.addPython("python3", { version: "3.14.0" });
    expect(await find()).toMatchObject({ kind: "pip", version: "3.14.0" });
    expect((await setupFailure(find({ newest: 13 }))).message).toContain("3.10 to 3.13");
  });

  test("without ensurepip names python3-venv and uv", async () => {
    const { machine, find } = createScene();
    machine.addPython("python3", { ensurepip: false });
    const { message } = await setupFailure(find());
    expect(message).toContain("`sudo apt install python3-venv`");
    expect(message).toContain("uv");
    expect(message).toContain("(3.12.3) lacks ensurepip");
  });

  test("without a fitting Python says what was wanted and what is there", async () => {
    const { machine, find } = createScene();
    expect((await setupFailure(find())).message).toContain("no Python on PATH");
    machine.addPython("python3", { version: "3.8.10" });
    const { message } = await setupFailure(find());
    expect(message).toContain("Python 3.10 to 3.14");
    expect(message).toContain("python3 is 3.8.10");
  });

  test("says why nothing could be brought, and what to do then", async () => {
    const { find } = createScene();
    expect((await setupFailure(find())).message).toEndWith(
      "no Python on PATH; Cannot fetch uv: no network. Check the network. Or install it yourself, on Debian with " +
        "`sudo apt install python3 python3-venv`, or install uv. Then run `ov-llm setup` again.",
    );
  });

  test("uv is used when present, with a Python that lacks ensurepip or with one that it brings", async () => {
    const { machine, find } = createScene();
    machine.addProgram("uv", "exit 0");
    const uv = join(machine.bin, "uv");
    expect(await find()).toEqual({ kind: "uv", uv, python: "3.12", version: "3.12" });
    machine.addPython("python3", { ensurepip: false });
    const python = join(machine.bin, "python3");
    expect(await find()).toMatchObject({ kind: "uv", uv, python });
  });

  test("uv is brought where a Python lacks ensurepip, is too old, or is not there", async () => {
    const { machine, find } = createScene();
    const asked: (readonly string[])[] = [];
    const bringUv = async (pythons: readonly string[]) => {
      asked.push(pythons);
      return "/private/uv";
    };
    const bringPython = async (uv: string) => ({ python: `${uv}-python`, version: "3.12.9" });
    const brought = { kind: "uv", uv: "/private/uv", python: "/private/uv-python" };
    expect(await find({ bringUv, bringPython })).toMatchObject(brought);
    machine.addPython("python3", { version: "3.8.10" });
    expect(await find({ bringUv, bringPython })).toMatchObject(brought);
    machine.addPython("python3.11", { version: "3.11.2", ensurepip: false });
    const own = join(machine.bin, "python3.11");
    expect(await find({ bringUv })).toMatchObject({ kind: "uv", uv: "/private/uv", python: own });
    const python3 = join(machine.bin, "python3");
    expect(asked).toEqual([[], [python3], [python3, own]]);
  });

  test("OV_PYTHON names the one to take, by its path or its name", async () => {
    const { machine, find } = createScene();
    machine.addPython();
    machine.addPython("python3.13", { version: "3.13.1" });
    machine.addPython("old", { version: "3.8.1" });
    const python = join(machine.bin, "python3.13");
    expect(await find({ named: "python3.13" })).toMatchObject({ kind: "pip", python });
    expect(await find({ named: python })).toMatchObject({ kind: "pip", python });
    expect((await setupFailure(find({ named: "old" }))).message).toContain(
      'with OV_PYTHON "old": it is 3.8.1, and it needs Python 3.10 to 3.14.',
    );
    expect((await setupFailure(find({ named: "/no/python" }))).message).toContain("no Python runs there");
  });
});

describe("command lines", () => {
  const pip = { kind: "pip", python: "/usr/bin/python3", version: "3.12.3" } as const;
  const uv = { kind: "uv", uv: "/bin/uv", python: "/usr/bin/python3", version: "3.12.3" } as const;

  test("of pip", () => {
    expect(toVenvCommand(pip, "/d")).toEqual(["/usr/bin/python3", "-I", "-m", "venv", "/d"]);
    expect(toInstallCommand(pip, "/d/bin/python", "/s/a.txt").join(" ")).toBe(
      "/d/bin/python -I -m pip install --disable-pip-version-check --no-input --only-binary :all: --require-hashes --no-deps -r /s/a.txt",
    );
    expect(toInstallCommand(pip, "/p", "/s/a.txt", ["--target", "/t"]).join(" ")).toEndWith(
      "--no-deps --target /t -r /s/a.txt",
    );
  });

  test("of uv, on PATH and in an environment", () => {
    expect(toVenvCommand(uv, "/d").join(" ")).toBe("/bin/uv venv --python /usr/bin/python3 /d");
    const words =
      "pip install --python /d/bin/python --only-binary :all: --require-hashes --no-deps -r /a.txt";
    expect(toInstallCommand(uv, "/d/bin/python", "/a.txt").join(" ")).toBe(`/bin/uv ${words}`);
    const inside = { kind: "uv", uv: ["/d/bin/python", "-m", "uv"] } as const;
    expect(toInstallCommand(inside, "/d/bin/python", "/a.txt").join(" ")).toBe(
      `/d/bin/python -m uv ${words}`,
    );
  });
});
