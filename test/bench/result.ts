import { mkdirSync } from "node:fs";
import { availableParallelism, loadavg, totalmem } from "node:os";
import { dirname } from "node:path";
import { writeOut } from "../../cli/terminal.ts";
import { nameCpuFeatures } from "../../src/doctor/checks/cpu.ts";
import { runtimePackages } from "../../src/engine/kinds/batching/probe.ts";
import { readCpuInfo } from "../../src/linux/cpu.ts";
import { version } from "../../src/version.ts";
import type { Bench } from "./bench.ts";
import { judge, renderFigures } from "./measuring/goals.ts";
import { round } from "./measuring/statistics.ts";

/** Shows the figures beside their goals, and writes them with all that was found as JSON. */
export async function writeResult({
  options,
  figures,
  reports,
  load,
  curves,
  model,
  readOthers,
}: Bench): Promise<void> {
  const judged = figures.map(judge);
  const machine = {
    cpu: describeCpu(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    load: loadavg(),
    others: round(readOthers(), 3),
  };
  const engine = `OpenVINO GenAI ${runtimePackages["openvino-genai"]}`;
  const about = {
    version,
    date: new Date().toISOString(),
    engine,
    model,
    machine,
  };
  const result = { ...about, options, figures: judged, load, curves, reports };
  mkdirSync(dirname(options.json), { recursive: true });
  await Bun.write(options.json, `${JSON.stringify(result, null, 2)}\n`);
  await writeOut(`${renderFigures(judged)}\n${options.json} has all of it.\n`);
}

/** What it computes with makes more of a difference than its name. */
function describeCpu(): string {
  const { model, flags } = readCpuInfo();
  return [model, nameCpuFeatures(flags).join(", ")].filter((part) => part !== "").join(" with ");
}
