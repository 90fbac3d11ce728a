import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toTuningsPath } from "../../../src/config/paths.ts";
import { readTunings } from "../../../src/library/tunings.ts";
import { engineEnvironment } from "../../helpers/engine.ts";
import { runtimeDir } from "../../helpers/environment.ts";
import { smol, smolEntry } from "../../helpers/server.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { findFreePort, runCli } from "../run-cli.ts";

setDefaultTimeout(180_000);

test("a model is measured with other settings, what won is written, and the result is kept", async () => {
  const home = createTempDir();
  const registry = join(home, "registry.json");
  writeFileSync(registry, JSON.stringify({ version: 1, models: { [smol]: smolEntry() } }));
  const before = readFileSync(registry, "utf8");
  const flags = ["--only", "pinning", "--only", "device", "--yes", "--json"];
  const places = ["--registry-path", registry, "--port", String(await findFreePort())];
  const page = join(home, "tune.html");
  const env = { OV_RUNTIME_DIR: runtimeDir(), ...engineEnvironment() };
  const tune = (minutes: string) =>
    runCli(["tune", smol, "--minutes", minutes, ...flags, ...places, "--html", page], { home, env });
  let tuned = await tune("0.4");
  // Too short for a machine that is slow now.
  if (tuned.code !== 0 || JSON.parse(tuned.out).tried.length === 0) tuned = await tune("2");
  const { code, out, err } = tuned;
  expect([code, err]).toEqual([0, expect.stringContaining("threads free to move")]);
  const result = JSON.parse(out);
  expect(result).toMatchObject({ model: smol, device: "CPU", engine: "batching" });
  expect(result.present.tokens_per_second).toBeGreaterThan(0);
  expect(result.tried.map(({ change }: { change: string[] }) => change)).toEqual([
    ["properties.ENABLE_CPU_PINNING=false"],
  ]);
  expect(result.untried).toContainEqual({ topic: "device", why: expect.stringContaining("no other device") });
  expect(readFileSync(page, "utf8")).toContain(`<h1>${smol}</h1>`);
  // Which one is faster is the machine's business.
  expect(readFileSync(registry, "utf8") === before).toBe(!result.written);
  const kept = readTunings(toTuningsPath({ HOME: home }), (problem) => expect(problem).toBe(""));
  expect(kept).toMatchObject([{ model: smol, path: smolEntry().path, written: result.written }]);
});
