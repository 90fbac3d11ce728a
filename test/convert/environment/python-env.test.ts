import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convertPackages } from "../../../src/convert/environment/packages.ts";
import {
  exporterCommand,
  installConvertEnv,
  isPinnedConvertEnv,
  probeConvertEnv,
} from "../../../src/convert/environment/python-env.ts";
import { runtimePackages } from "../../../src/engine/kinds/batching/probe.ts";
import { runProgram } from "../../../src/linux/program.ts";
import { toPython } from "../../../src/python/probe.ts";
import { createFakeMachine, renderFakeUv, writeScript } from "../../engine/kinds/batching/fake-python.ts";
import { convertEnv } from "../../helpers/environment.ts";
import { setupFailure } from "../../helpers/failure.ts";
import { createTempDir } from "../../helpers/temp.ts";

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

/** Which lock each call of an installer took, and by which program: `pip torch-cpu`. */
function installs(calls: string[]): string[] {
  return calls.flatMap((call) => {
    const lock = / -r .*\/([a-z-]+)\.txt$/.exec(call)?.[1];
    return lock === undefined ? [] : [`${/^uv |-m uv /.test(call) ? "uv" : "pip"} ${lock}`];
  });
}

const noCpuBuild = `case "$*" in *"-m pip "*torch-cpu.txt) echo "ERROR: No matching distribution found for torch" >&2; exit 1 ;; esac`;

describe("installConvertEnv", () => {
  test("takes pip's torch where it is a CPU build, before all that needs it", async () => {
    const { machine, pythonEnv, lines, install } = createScene();
    machine.addPython();
    expect(await install()).toMatchObject({ state: "ready", packages: convertPackages });
    expect(installs(machine.calls())).toEqual(["pip torch-cpu", "pip convert"]);
    expect(lines.join("\n")).toContain("Installing the CPU build of torch==");
    expect(await probeConvertEnv(pythonEnv)).toMatchObject({ state: "ready" });
  });

  test("takes the CPU build with a uv of its own where pip finds none", async () => {
    const { machine, install } = createScene();
    machine.addPython();
    machine.setPip(noCpuBuild);
    await install();
    expect(installs(machine.calls())).toEqual(["pip torch-cpu", "pip uv", "uv torch-cpu", "pip convert"]);
    expect(machine.calls().join("\n")).toContain("--torch-backend cpu");
  });

  test("takes the machine's uv", async () => {
    const { root, machine, install } = createScene();
    machine.addProgram("uv", renderFakeUv(root));
    machine.setPip(noCpuBuild);
    await install();
    expect(installs(machine.calls())).toEqual(["uv pip", "pip torch-cpu", "uv torch-cpu", "uv convert"]);
  });

  test("takes the default build where no CPU build can be fetched, and says so", async () => {
    const { machine, lines, install } = createScene();
    machine.addPython();
    machine.setPip(`${noCpuBuild}
      case "$*" in *--torch-backend*) echo "error: dns error" >&2; exit 2 ;; esac`);
    await install();
    expect(installs(machine.calls()).slice(-2)).toEqual(["pip torch-cuda", "pip convert"]);
    expect(lines).toContainEqual(expect.stringContaining("(error: dns error): taking the default one"));
  });

  test("takes no other build where a CPU build is not the locked one", async () => {
    const { machine, install } = createScene();
    machine.addPython();
    machine.setPip(`echo '  cause: Hash mismatch for \`torch==2.13.0+cpu\`' >&2; exit 1`);
    const { message } = await setupFailure(install());
    expect(message).toContain("torch==2.13.0+cpu is not the one that ov-llm was made with");
    expect(message).toContain("`ov-llm setup --convert` again");
    expect(installs(machine.calls())).toEqual(["pip torch-cpu"]);
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
    machine.setPip('echo "ERROR: No space left" >&2; exit 1');
    const error = await setupFailure(install());
    expect(error.message).toContain("Cannot set up the converter: the step to install uv failed");
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

test("a converter that is killed takes the exporter along", async () => {
  const dir = createTempDir();
  const packages = join(dir, "packages");
  mkdirSync(join(packages, "optimum/commands"), { recursive: true });
  mkdirSync(join(dir, "bin"));
  symlinkSync(Bun.which("python3") ?? "", toPython(dir));
  writeFileSync(
    join(packages, "optimum/commands/optimum_cli.py"),
    "import os, sys, time\ndef main():\n    print(os.getpid(), *sys.argv[1:], flush=True)\n    time.sleep(600)\n",
  );
  const command = JSON.stringify([...exporterCommand(dir, packages), "export"]);
  const spawns = `Bun.spawn(${command}, { stdio: ["ignore", "inherit", "inherit"], detached: true })`;
  const converter = Bun.spawn([process.execPath, "-e", spawns], { stdio: ["ignore", "pipe", "inherit"] });
  // Open for as long as either lives.
  const output = converter.stdout.getReader();
  const { value } = await output.read();
  const [pid, ...rest] = Buffer.from(value ?? [])
    .toString()
    .trim()
    .split(" ");
  try {
    expect(rest).toEqual(["export"]);
    converter.kill("SIGKILL");
    expect(await Promise.race([output.read(), Bun.sleep(20_000)])).toMatchObject({ done: true });
  } finally {
    converter.kill("SIGKILL");
    await runProgram(["kill", "-KILL", pid ?? ""]);
  }
}, 180_000);

describe("the real environment", () => {
  test("is ready and pinned", async () => {
    const probe = await probeConvertEnv(convertEnv());
    if (probe.state !== "ready") throw new Error(JSON.stringify(probe));
    expect(isPinnedConvertEnv(probe)).toBe(true);
  });

  test("runs optimum-cli", async () => {
    const command = [...exporterCommand(convertEnv(), null), "export", "openvino", "--help"];
    const run = await runProgram(command, { timeoutMs: 170_000 });
    expect(run.reason).toBeNull();
    expect(run.stdout).toContain("--weight-format");
  }, 180_000);
});
