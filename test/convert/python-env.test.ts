import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { convertPackages } from "../../src/convert/packages.ts";
import {
  exporterCommand,
  installConvertEnv,
  isPinnedConvertEnv,
  probeConvertEnv,
} from "../../src/convert/python-env.ts";
import { runtimePackages } from "../../src/engine/kinds/batching/probe.ts";
import { runProgram } from "../../src/linux/program.ts";
import { toPython } from "../../src/python/probe.ts";
import { createFakeMachine, renderFakeUv, writeScript } from "../engine/kinds/batching/fake-python.ts";
import { convertEnv } from "../helpers/environment.ts";
import { setupFailure } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();

function createScene() {
  const root = mkdtempSync(join(temp, "a machine "));
  const machine = createFakeMachine(root);
  const pythonEnv = join(root, "share/convert");
  const lines: string[] = [];
  const install = (signal?: AbortSignal) =>
    installConvertEnv({
      pythonEnv,
      variables: machine.variables,
      onProgress: (line) => void lines.push(line),
      signal,
    });
  return { root, machine, pythonEnv, lines, install };
}

/** What was installed or removed, in order, without paths and options. */
function changes(calls: string[]): string[] {
  return calls
    .filter((call) => !call.includes("--dry-run"))
    .flatMap((call) => {
      const [, verb, rest = ""] = /\b(uninstall|install) (.*)$/.exec(call) ?? [];
      if (verb === undefined) return [];
      const tool = /^uv |-m uv /.test(call) ? "uv" : "pip";
      const packages = rest.split(" ").filter((word) => /==|^(torch|open)/.test(word));
      return [`${tool} ${verb} ${packages.join(" ")}`];
    });
}

const torch = `torch==${convertPackages.torch}`;
const bringsCuda = `case "$*" in *--report*) echo '{"install":[{"metadata":{"name": "nvidia-cublas"}}]}' ;; esac`;

describe("installConvertEnv", () => {
  test("takes pip's torch where it is a CPU build, before all that would bring another", async () => {
    const { machine, pythonEnv, lines, install } = createScene();
    machine.addPython();
    machine.setPip(`case "$*" in *--report*) echo '{"install":[{"metadata":{"name": "torch"}}]}' ;; esac`);
    expect(await install()).toMatchObject({ state: "ready", packages: convertPackages });
    const [first, second, third] = changes(machine.calls());
    expect(first).toBe(`pip install ${torch}`);
    expect(second).toStartWith(`pip install ${torch} openvino==`);
    expect(third).toBe("pip uninstall openvino-telemetry");
    expect(changes(machine.calls())).toHaveLength(3);
    expect(lines.join("\n")).toContain("Installing torch==");
    expect(await probeConvertEnv(pythonEnv)).toMatchObject({ state: "ready" });
  });

  test("takes the CPU build with a uv of its own where pip would bring CUDA", async () => {
    const { machine, install } = createScene();
    machine.addPython();
    machine.setPip(bringsCuda);
    await install();
    const [first, second, third] = changes(machine.calls());
    expect(first).toMatch(/^pip install uv==/);
    expect(second).toBe(`uv install ${torch}`);
    expect(machine.calls().join("\n")).toContain("--torch-backend cpu");
    expect(third).toStartWith(`pip install ${torch} openvino==`);
  });

  test("takes the machine's uv", async () => {
    const { root, machine, install } = createScene();
    machine.addProgram("uv", renderFakeUv(root));
    machine.setPip(bringsCuda);
    await install();
    const [first, second] = changes(machine.calls());
    expect(first).toBe(`uv install ${torch}`);
    expect(second).toStartWith(`uv install ${torch} openvino==`);
  });

  test("takes the default build where no CPU build can be fetched, and says so", async () => {
    const { machine, lines, install } = createScene();
    machine.addPython();
    machine.setPip(`${bringsCuda}
      case "$*" in *--torch-backend*) echo "error: dns error" >&2; exit 2 ;; esac`);
    await install();
    expect(changes(machine.calls())).toContain(`pip install ${torch}`);
    expect(lines).toContainEqual(expect.stringContaining("(error: dns error): taking the default one"));
  });

  test("removes a torchvision that does not import", async () => {
    const { machine, install } = createScene();
    machine.addPython();
    machine.setPip('case "$*" in *"import torchvision") exit 1 ;; esac');
    await install();
    expect(changes(machine.calls()).at(-1)).toBe("pip uninstall torchvision");
  });

  test("a right one is left as it is, a broken one is repaired", async () => {
    const { machine, pythonEnv, lines, install } = createScene();
    machine.addPython();
    await install();
    const calls = machine.calls().length;
    await install();
    expect(machine.calls()).toHaveLength(calls);
    writeScript(toPython(pythonEnv), "echo 'ImportError: torch' >&2; exit 1");
    await install();
    expect(lines).toContain(`Repairing the environment in ${pythonEnv}: ImportError: torch`);
  });

  test("a failure names the converter's own command", async () => {
    const { machine, install } = createScene();
    machine.addPython();
    machine.setPip('case "$*" in *--report*) exit 0 ;; esac; echo "ERROR: No space left" >&2; exit 1');
    const error = await setupFailure(install());
    expect(error.message).toContain("Cannot set up the converter: the step to install torch failed");
    expect(error.message).toContain("`ov-llm setup --convert` again");
  });
});

describe("probeConvertEnv", () => {
  test("reports what is missing and what is broken", async () => {
    expect(await probeConvertEnv(join(temp, "nowhere"))).toEqual({ state: "missing" });
    const dir = mkdtempSync(join(temp, "broken-"));
    mkdirSync(join(dir, "bin"));
    writeScript(toPython(dir), "echo 'PackageNotFoundError: no nncf' >&2; exit 1");
    expect(await probeConvertEnv(dir)).toEqual({
      state: "broken",
      reason: "PackageNotFoundError: no nncf",
    });
    rmSync(dir, { recursive: true });
  });

  test("of another version is not pinned; another build of the same one is", () => {
    const facts = (torchVersion: string) => ({
      python: "3.12.3",
      packages: { ...convertPackages, torch: torchVersion },
    });
    expect(isPinnedConvertEnv(facts("2.13.0+cpu"))).toBe(true);
    expect(isPinnedConvertEnv(facts("2.9.0"))).toBe(false);
  });
});

test("what the converter writes the engine can read: both have one release of OpenVINO", () => {
  expect(convertPackages).toMatchObject({
    openvino: runtimePackages.openvino,
    "openvino-tokenizers": runtimePackages["openvino-tokenizers"],
  });
});

describe("the real environment", () => {
  test("is ready and pinned", async () => {
    const probe = await probeConvertEnv(convertEnv());
    if (probe.state !== "ready") throw new Error(JSON.stringify(probe));
    expect(isPinnedConvertEnv(probe)).toBe(true);
  });

  test("runs optimum-cli", async () => {
    const command = [...exporterCommand(convertEnv()), "export", "openvino", "--help"];
    const run = await runProgram(command, { timeoutMs: 60_000 });
    expect(run.reason).toBeNull();
    expect(run.stdout).toContain("--weight-format");
  }, 60_000);
});
