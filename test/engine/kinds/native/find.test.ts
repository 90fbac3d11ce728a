import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findAddon, toInstallPlace } from "../../../../src/engine/kinds/native/find.ts";
import { installStandIn } from "../../../helpers/stand-in.ts";
import { createTempDir } from "../../../helpers/temp.ts";

const temp = createTempDir();

/** An executable in a folder of its own, a symlink to it, and a home. */
function createMachine() {
  const root = mkdtempSync(join(temp, "machine "));
  const [lib, home, bin] = ["lib", "home", "bin"].map((name) => join(root, name)) as [string, string, string];
  for (const folder of [lib, home, bin]) mkdirSync(folder);
  writeFileSync(join(lib, "ov-llm"), "");
  symlinkSync(join(lib, "ov-llm"), join(bin, "ov-llm"));
  const inHome = join(home, ".local/lib/ov-llm");
  return { root, lib, home, inHome, places: { nativeDir: null, execPath: join(bin, "ov-llm"), home } };
}

describe("findAddon", () => {
  test("finds nothing where there is nothing", () => {
    expect(findAddon(createMachine().places)).toBeNull();
  });

  test("finds it beside the executable's real path, before the home's", () => {
    const { lib, inHome, places } = createMachine();
    const beside = installStandIn(lib);
    installStandIn(inHome);
    expect(findAddon(places)).toBe(beside);
  });

  test("finds it after the executable's folder has moved", () => {
    const { root, lib, places } = createMachine();
    installStandIn(lib);
    renameSync(lib, join(root, "moved"));
    expect(findAddon({ ...places, execPath: join(root, "moved/ov-llm") })).toBe(
      join(root, "moved/node_modules"),
    );
  });

  test("finds the home's", () => {
    const { inHome, places } = createMachine();
    const dir = installStandIn(inHome);
    expect(findAddon(places)).toBe(dir);
  });

  test("OV_NATIVE_DIR is the only place, through symlinks too", () => {
    const { root, lib, places } = createMachine();
    installStandIn(lib);
    const other = installStandIn(join(root, "other"));
    symlinkSync(other, join(root, "link"));
    expect(findAddon({ ...places, nativeDir: join(root, "link") })).toBe(other);
    expect(findAddon({ ...places, nativeDir: join(root, "nowhere") })).toBeNull();
  });

  test.each(["openvino-genai-node", "openvino-node"])(
    "passes over packages when %s lacks its addon",
    (name) => {
      const { lib, places } = createMachine();
      const dir = installStandIn(lib);
      rmSync(join(dir, name, "bin"), { recursive: true });
      expect(findAddon(places)).toBeNull();
    },
  );
});

test("the sources install into the home, never beside bun", () => {
  const { inHome, places } = createMachine();
  expect(toInstallPlace(places)).toBe(join(inHome, "node_modules"));
  expect(toInstallPlace({ ...places, nativeDir: "/given" })).toBe("/given");
});
