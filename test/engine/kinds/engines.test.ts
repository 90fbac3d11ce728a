import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEngines, type Engines } from "../../../src/engine/kinds/engines.ts";
import type { EngineChoice, ModelTarget } from "../../../src/engine/model/target.ts";
import { OvError } from "../../../src/errors.ts";
import { toTarget } from "../../helpers/pool.ts";
import { installStandIn, type StandInOptions } from "../../helpers/stand-in.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { createFakeMachine } from "./batching/fake-python.ts";

const temp = createTempDir();
const made: Engines[] = [];
afterEach(() => {
  for (const engines of made.splice(0)) engines.dispose();
});

interface Machine {
  batching?: "works" | "broken";
  native?: StandInOptions;
}

function create(engine: EngineChoice, { batching, native }: Machine): Engines {
  const root = mkdtempSync(join(temp, "machine-"));
  const runtimeDir = join(root, "runtime");
  if (batching) createFakeMachine(root).addRuntime(runtimeDir);
  if (batching === "broken") writeFileSync(join(runtimeDir, "bin/python"), "#!/bin/sh\nexit 3\n");
  const nativeDir = native ? installStandIn(root, native) : join(root, "no-addon");
  const engines = createEngines({ engine, runtimeDir, nativeDir, variables: process.env });
  made.push(engines);
  return engines;
}

const works = {};
const broken = { openvinoVersion: "2026.3.0" };

describe("createEngines", () => {
  test.each<[EngineChoice, Machine, RegExp]>([
    ["auto", {}, /^No engine is installed in ".*", and no native addon .*--native` .* or `ov-llm setup`\.$/],
    ["batching", { native: works }, /^No engine is installed in ".*"\. Run `ov-llm setup`\.$/],
    ["native", { batching: "works" }, /^The native engine's addon is not in ".*no-addon" .*--native`\.$/],
  ])("refuses to start with OV_ENGINE=%s when that is not there", (engine, machine, message) => {
    const start = () => create(engine, machine);
    expect(start).toThrow(OvError);
    expect(start).toThrow(message);
  });

  const both: Machine = { batching: "works", native: works };
  const sdpa = { properties: { ATTENTION_BACKEND: "SDPA" } };

  test.each<[string, Machine, Partial<ModelTarget>, string]>([
    ["batching where both work", both, {}, "batching"],
    ["native where only native works", { batching: "broken", native: works }, {}, "native"],
    ["batching where neither works", { batching: "broken", native: broken }, {}, "batching"],
    ["the only one", { native: works }, {}, "native"],
    ["the only one, broken or not", { batching: "broken" }, {}, "batching"],
    ["what the model names", both, { engine: "native" }, "native"],
    ["native for what it alone can do", both, sdpa, "native"],
    ["native for a device that it alone has", both, { device: "NPU" }, "native"],
  ])("chooses %s", async (_what, machine, extra, chosen) => {
    const { engine } = await create("auto", machine).choose(toTarget("m", extra), "generate");
    expect(engine as string).toBe(chosen);
  });

  test.each<[string, Machine, Partial<ModelTarget>, RegExp]>([
    [
      "the only one cannot do",
      { batching: "works" },
      sdpa,
      /^Cannot load model "m": the batching engine has no .*"SDPA"/,
    ],
    [
      "the named one cannot do",
      both,
      { ...sdpa, engine: "batching" },
      /Set engine=native for this model, or remove/,
    ],
    ["no engine can do", both, { task: "fill-mask" }, /words for gaps.*not served/],
  ])("refuses what %s", async (_what, machine, extra, message) => {
    await expect(create("auto", machine).choose(toTarget("m", extra), "generate")).rejects.toThrow(message);
  });

  test("an engine that a model names and that is not there is an error with the command that brings it", async () => {
    const engines = create("auto", { batching: "works" });
    expect(engines.choose(toTarget("m", { engine: "native" }), "generate")).rejects.toThrow(
      "Run `ov-llm setup --native`",
    );
  });

  test("reports both states, before and after it has probed", async () => {
    const engines = create("auto", { batching: "works", native: broken });
    const states = () => engines.reports().map(({ name, state }) => `${name} ${state}`);
    expect(states()).toEqual(["batching unknown", "native unknown"]);
    await engines.probe();
    expect(states()).toEqual(["batching ready", "native broken"]);
    expect(engines.preferred()).toMatchObject({ name: "batching", devices: ["CPU", "GPU"] });
    expect(engines.reports()[1]?.reason).toEndWith("Install it again with `ov-llm setup --native`.");
  });

  test("prefers native where batching turns out to be broken", async () => {
    const engines = create("auto", { batching: "broken", native: works });
    expect(engines.preferred()?.name).toBe("batching");
    await engines.probe();
    expect(engines.preferred()).toMatchObject({ name: "native", state: "ready", devices: ["CPU"] });
  });
});
