import { describe, expect, test } from "bun:test";
import { loadSettings } from "../../src/config/load.ts";
import { logEngines, toEngineState } from "../../src/daemon/engine-state.ts";
import type { Engines } from "../../src/engine/kinds/engines.ts";
import type { EngineReport } from "../../src/engine/kinds/kind.ts";
import { OvError } from "../../src/errors.ts";
import { createLog } from "../../src/log.ts";

const seesCpu: EngineReport = {
  name: "batching",
  state: "ready",
  reason: null,
  versions: {},
  devices: ["CPU"],
  deviceNames: {},
};

const engines: Engines = {
  choose: () => Promise.reject(new OvError("engine_unavailable", "None.")),
  probe: () => Promise.resolve([seesCpu]),
  reports: () => [seesCpu],
  preferred: () => seesCpu,
  dispose() {},
};

const onDevice = (device: string) => loadSettings({ flags: { device }, env: {} }).settings;

describe("the state of the engines", () => {
  test.each(["AUTO", "CPU", "HETERO:CPU"])("has no failure with OV_DEVICE=%s on a CPU", (device) => {
    const { failure, deviceFailure } = toEngineState(engines, onDevice(device));
    expect([failure, deviceFailure]).toEqual([null, null]);
  });

  test.each(["GPU", "GPUX"])("names OV_DEVICE=%s, which OpenVINO does not see", (device) => {
    const failure = `OpenVINO sees no device "${device}", only CPU: `;
    expect(toEngineState(engines, onDevice(device)).deviceFailure).toStartWith(failure);
  });

  test.each([
    ["2026.4.0", false],
    ["2026.3.1", true],
  ])("warns of a native engine of another release than the tested one: %s", async (version, isWarned) => {
    const lines: string[] = [];
    const log = createLog({ level: "warn", timestamps: false, write: (line) => void lines.push(line) });
    const versions = { openvino_genai_node: version, openvino_node: version, openvino: version };
    const native: EngineReport = { ...seesCpu, name: "native", versions };
    await logEngines({ ...engines, probe: async () => [native] }, onDevice("CPU"), log);
    const warning = expect.stringContaining(`openvino-node ${version}, but ov-llm was tested with 2026.4.0`);
    expect(lines).toEqual(isWarned ? [warning] : []);
  });

  test("is a warning in the log where the device cannot be used", async () => {
    const lines: string[] = [];
    await logEngines(
      engines,
      onDevice("GPUX"),
      createLog({ level: "info", format: "text", timestamps: false, write: (line) => void lines.push(line) }),
    );
    expect(lines.join("\n")).toContain(
      'OV_DEVICE cannot be used: OpenVINO sees no device "GPUX", only CPU: set one of these.',
    );
  });
});
