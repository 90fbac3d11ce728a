import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createBatchingLauncher, hostSources } from "../../../../src/engine/kinds/batching/launch.ts";

const folder = join(import.meta.dir, "../../../../src/hosts/batching");
const launcher = createBatchingLauncher("/usr/bin/python3", {
  PYTHONPATH: "/elsewhere",
  OV_API_KEY: "secret",
});
afterAll(launcher.remove);

describe("the batching host's sources", () => {
  test("are embedded, each file of the folder", () => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".py"));
    expect(Object.keys(hostSources).sort()).toEqual(files.sort());
    for (const [name, text] of Object.entries(hostSources))
      expect([name, text]).toEqual([name, readFileSync(join(folder, name), "utf8")]);
  });

  test("are all written to a folder of their own, and run without the caller's imports and key", () => {
    const [, , main = ""] = launcher.argv;
    expect(readdirSync(dirname(main)).sort()).toEqual(Object.keys(hostSources).sort());
    expect(launcher.env).not.toContainAnyKeys(["PYTHONPATH", "OV_API_KEY"]);
  });
});
