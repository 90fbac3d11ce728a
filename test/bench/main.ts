/**
 * `bun run bench`: the server's speed beside the raw engine's, in one run on one machine. Figures are reported beside
 * their goals and never asserted: the exit code tells only whether they could be measured.
 */
import { basename, join } from "node:path";
import { writeError, writeOut } from "../../cli/terminal.ts";
import { type Arguments, findModel, help, parseArguments } from "./arguments.ts";
import { type Bench, say } from "./bench.ts";
import { type GrowthPart, growthParts, isGrowthPart, isUnserved } from "./known-parts.ts";
import { createPrompts } from "./measuring/prompts.ts";
import { kinds, prepareKindModels } from "./models/kind-models.ts";
import { isShape, prepareRandomModel } from "./models/random-model.ts";
import { measureHold, toHoldFigures } from "./parts/hold.ts";
import { measureStartup, toStartupFigures } from "./parts/startup.ts";
import { watchOthers } from "./programs/processes.ts";
import { buildExecutable, createHome } from "./programs/server.ts";
import { runReport } from "./report/report.ts";
import { writeResult } from "./result.ts";
import { runServed } from "./served.ts";

async function runBench(options: Arguments): Promise<void> {
  const { home, remove } = createHome(options);
  try {
    const setup = { home, options, executable: join(home, "ov-llm") };
    const bench: Bench = {
      setup,
      options,
      prompts: createPrompts(),
      figures: [],
      reports: {},
      load: [],
      curves: [],
      model: basename(options.modelPath),
      readOthers: watchOthers(),
    };
    const { only } = options;
    if (only.includes("hold")) await runHold(bench);
    if (only.some((part) => part !== "hold")) {
      say("Building the executable");
      await buildExecutable(setup.executable);
    }
    if (only.includes("startup")) await runStartup(bench);
    if (only.some((part) => !isUnserved(part))) await runServed(bench);
    for (const part of only.filter(isGrowthPart)) await runGrowth(bench, part);
    await writeResult(bench);
  } finally {
    remove();
  }
}

async function runHold({ options, figures, reports }: Bench): Promise<void> {
  say("Sending what is made to hold the daemon's loop");
  const found = await measureHold(Math.min(3, options.rounds));
  reports.hold = found;
  figures.push(...toHoldFigures(found));
}

async function runStartup({ setup, figures, reports }: Bench): Promise<void> {
  say("Starting the executable again and again");
  const found = await measureStartup(setup);
  reports.startup = found;
  figures.push(...toStartupFigures(found));
}

async function runGrowth(bench: Bench, part: GrowthPart): Promise<void> {
  say(`Measuring ${part}`);
  const { setup, options, prompts, figures, curves } = bench;
  const { executable } = setup;
  const found = await growthParts[part]({ executable, options, prompts, realModel: findModel(), say });
  figures.push(...found.figures);
  curves.push(...found.curves);
  bench.model = found.model ?? bench.model;
}

/** Models of the other kinds that are measured; one that cannot be made is left out. */
async function withKinds(options: Arguments): Promise<Arguments> {
  const found = [...options.kinds];
  for (const kind of kinds.filter((kind) => options.only.includes(kind))) {
    try {
      found.push(...(await prepareKindModels(kind, say)));
    } catch (error) {
      say(`Leaving out ${kind}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { ...options, kinds: found };
}

/** A model that is named by its shape is made first. */
async function withModel(options: Arguments): Promise<Arguments> {
  const { modelPath: shape } = options;
  if (!isShape(shape)) return options;
  say(`Preparing the model ${shape}`);
  return { ...options, modelPath: await prepareRandomModel(shape, findModel(), say) };
}

try {
  const options = parseArguments(process.argv.slice(2));
  if (options === null) await writeOut(help);
  else if (options.report !== null) await runReport(options.report, say);
  else await runBench(await withKinds(await withModel(options)));
} catch (error) {
  writeError(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
