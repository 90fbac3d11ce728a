import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import { tryStarter } from "../../src/library/setup.ts";
import { starterPath } from "../../src/library/starter.ts";
import { modelPath } from "../helpers/environment.ts";
import { installStandIn, type StandInOptions } from "../helpers/stand-in.ts";
import { createTempDir } from "../helpers/temp.ts";

/** Tries an addon that stands in for the real one, on a machine that has the starter model. */
async function tryOut(standIn: StandInOptions): Promise<string | null> {
  const home = createTempDir();
  const loaded = loadSettings({ env: { OV_REGISTRY_PATH: join(home, "registry.json") }, home });
  const path = starterPath(dirname(loaded.settings.registryPath));
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(modelPath(), path);
  return await tryStarter(
    { ...loaded, variables: process.env },
    installStandIn(home, standIn),
    new AbortController().signal,
  );
}

test("an addon that loads the starter model has no problem", async () => {
  expect(await tryOut({})).toBeNull();
}, 180_000);

test("one that crashes at it is named with its end", async () => {
  expect(await tryOut({ crashes: true })).toContain("ended unexpectedly (SIG");
}, 180_000);
