import { describe, expect, test } from "bun:test";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { runtimeLabels } from "../../src/engine/kinds/batching/probe.ts";
import { findInstaller, toInstallCommand, toVenvCommand } from "../../src/python/find.ts";
import { createFakeMachine } from "../engine/kinds/batching/fake-python.ts";
import { setupFailure } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();
const createScene = () => ({ machine: createFakeMachine(mkdtempSync(join(temp, "a machine "))) });

describe("findInstaller", () => {
  test("takes the machine's own python3", async () => {
    const { machine } = createScene();
    machine.addPython();
    machine.addPython("python3.13", { version: "3.13.1" });
    const python = join(machine.bin, "python3");
    expect(await findInstaller(runtimeLabels, machine.variables)).toEqual({
      kind: "pip",
      python,
      version: "3.12.3",
    });
  });

  test("takes the newest fitting release when python3 is too new, and passes by a shim that fails", async () => {
    const { machine } = createScene();
    machine.addPython("python3", { version: "3.14.0" });
    machine.addProgram("python3.13", 'echo "python3.13: command not found" >&2; exit 127');
    machine.addPython("python3.11", { version: "3.11.9" });
    machine.addPython("python3.10", { version: "3.10.4" });
    expect(await findInstaller(runtimeLabels, machine.variables)).toMatchObject({ version: "3.11.9" });
  });

  test("without ensurepip names python3-venv and uv", async () => {
    const { machine } = createScene();
    machine.addPython("python3", { ensurepip: false });
    const { message } = await setupFailure(findInstaller(runtimeLabels, machine.variables));
    expect(message).toContain("`sudo apt install python3-venv`");
    expect(message).toContain("uv");
    expect(message).toContain("(3.12.3) lacks ensurepip");
  });

  test("without a fitting Python says what was wanted and what is there", async () => {
    const { machine } = createScene();
    expect((await setupFailure(findInstaller(runtimeLabels, machine.variables))).message).toContain(
      "no Python on PATH",
    );
    machine.addPython("python3", { version: "3.8.10" });
    const { message } = await setupFailure(findInstaller(runtimeLabels, machine.variables));
    expect(message).toContain("Python 3.10 to 3.13");
    expect(message).toContain("python3 is 3.8.10");
  });

  test("uv is used when present, with a Python that lacks ensurepip or with one that it brings", async () => {
    const { machine } = createScene();
    machine.addProgram("uv", "exit 0");
    expect(await findInstaller(runtimeLabels, machine.variables)).toMatchObject({
      kind: "uv",
      python: "3.12",
    });
    machine.addPython("python3", { ensurepip: false });
    const python = join(machine.bin, "python3");
    expect(await findInstaller(runtimeLabels, machine.variables)).toMatchObject({ kind: "uv", python });
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
