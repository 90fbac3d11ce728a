import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createBatchingLauncher, hostSources } from "../../../../src/engine/kinds/batching/launch.ts";

const folder = join(import.meta.dir, "../../../../src/hosts/batching");
const launcher = createBatchingLauncher("/usr/bin/python3", {
  PYTHONPATH: "/elsewhere",
  OV_API_KEY: "secret",
});
afterAll(launcher.remove);

const listSources = (root: string) => [...new Bun.Glob("**/*.py").scanSync(root)].sort();

describe("the batching host's sources", () => {
  test("are embedded, each file of the folder and of those in it", () => {
    expect(Object.keys(hostSources).sort()).toEqual(listSources(folder));
    for (const [path, text] of Object.entries(hostSources))
      expect([path, text]).toEqual([path, readFileSync(join(folder, path), "utf8")]);
  });

  test("are all written to a folder of their own, and run without the caller's imports and key", () => {
    const [, , main = ""] = launcher.argv;
    expect(listSources(dirname(main))).toEqual(Object.keys(hostSources).sort());
    for (const [path, text] of Object.entries(hostSources))
      expect([path, text]).toEqual([path, readFileSync(join(dirname(main), path), "utf8")]);
    expect(launcher.env).not.toContainAnyKeys(["PYTHONPATH", "OV_API_KEY"]);
  });
});
