import { afterAll, describe, expect, test } from "bun:test";
import { chownSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createBatchingLauncher, hostSources } from "../../../../src/engine/kinds/batching/launch.ts";
import { printWithSmallFiles } from "../../../helpers/full-disk.ts";
import { createTempDir } from "../../../helpers/temp.ts";

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

  test("name TMPDIR where there is no room for them, and leave nothing", () => {
    const folder = createTempDir();
    const script = `import { createBatchingLauncher } from "./src/engine/kinds/batching/launch.ts";
      try { createBatchingLauncher("python3", {}); } catch ({ code, message }) { console.log(code, message); }`;
    const printed = printWithSmallFiles(script, folder);
    expect(printed).toStartWith(
      `invalid_setting Cannot write to "${folder}", the folder for temporary files: EFBIG`,
    );
    expect(printed).toContain("make room in it, or set TMPDIR to another folder");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("are there again for the next load, whatever a cleaner of temporary files has removed", () => {
    const place = () => dirname(launcher.argv[2] ?? "");
    const before = place();
    rmSync(join(before, "host.py"));
    rmSync(join(before, "vision"), { recursive: true });
    launcher.restore?.();
    expect([place(), listSources(before)]).toEqual([before, Object.keys(hostSources).sort()]);
    rmSync(before, { recursive: true });
    launcher.restore?.();
    expect(listSources(place())).toEqual(Object.keys(hostSources).sort());
  });

  test.skipIf(process.getuid?.() !== 0)(
    "are not taken from a folder that another user has put there [needs root]",
    () => {
      const before = dirname(launcher.argv[2] ?? "");
      chownSync(before, 12345, 12345);
      launcher.restore?.();
      expect(dirname(launcher.argv[2] ?? "")).not.toBe(before);
      rmSync(before, { recursive: true });
    },
  );
});
