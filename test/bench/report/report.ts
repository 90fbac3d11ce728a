/**
 * `bun run bench --report`: measures what docs/performance.md shows, an entry after the other, and writes it there. Each is
 * a run of its own: one that fails costs only itself, and one that was measured before stays.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createScratch } from "../programs/scratch.ts";
import { renderChart, toLoadCurves } from "./charts.ts";
import { chartsDir, parseResult, readAllMeasured, writeMeasured } from "./measured.ts";
import { reportPlan } from "./plan.ts";

/** For an entry that does not end by itself; on a slow processor, some take a quarter of an hour. */
const mostSeconds = 1800;

/** Throws once all are done where some could not be measured. */
export async function runReport(names: readonly string[], say: (text: string) => void): Promise<void> {
  const scratch = createScratch("report");
  const failed: string[] = [];
  try {
    for (const [index, name] of names.entries()) {
      say(`${name} (${index + 1} of ${names.length})`);
      if (!(await measure(name, join(scratch, `${name}.json`)))) failed.push(name);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  await writeReport();
  if (failed.length > 0) throw new Error(`Not measured: ${failed.join(", ")}. The rest is written.`);
}

async function measure(name: string, json: string): Promise<boolean> {
  const argv = [...(reportPlan[name]?.argv ?? []), "--json", json];
  // A group of its own, so that none of its servers outlives it.
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "../main.ts"), ...argv], {
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  const timer = setTimeout(() => {
    process.stderr.write(`${name} does not end: stopped after ${mostSeconds} s.\n`);
    process.kill(-child.pid, "SIGKILL");
  }, mostSeconds * 1000);
  const code = await child.exited;
  clearTimeout(timer);
  if (code !== 0) return false;
  writeMeasured(name, parseResult(readFileSync(json, "utf8")));
  return true;
}

/** Charts and text, from docs/performance.json. */
async function writeReport(): Promise<void> {
  mkdirSync(chartsDir, { recursive: true });
  for (const [name, { load, curves }] of Object.entries(readAllMeasured()))
    for (const curve of [...toLoadCurves(name, load), ...curves])
      writeFileSync(join(chartsDir, `${curve.name}.svg`), renderChart(curve));
  const docs = Bun.spawn([process.execPath, join(import.meta.dir, "../../docs/tables.ts")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await docs.exited) !== 0) throw new Error("The documents could not be written: see above.");
}
