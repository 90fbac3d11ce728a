/**
 * `bun run bench`: the server's speed beside the raw engine's, in one run on one machine. Figures are reported beside
 * their goals and never asserted: the exit code tells only whether they could be measured.
 */
import { mkdirSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { writeError, writeOut } from "../../cli/terminal.ts";
import { runtimePackages } from "../../src/engine/kinds/batching/probe.ts";
import { version } from "../../src/version.ts";
import { type Arguments, findModel, help, parseArguments } from "./arguments.ts";
import { itemsOf, measureKind } from "./kinds/kinds.ts";
import { type PairRow, toPairFigures } from "./kinds/pairs.ts";
import { type GrowthPart, growthParts, isGrowthPart, type Part } from "./known-parts.ts";
import type { Curve } from "./measuring/curve.ts";
import { type Figure, judge, renderFigures } from "./measuring/goals.ts";
import { runLoad } from "./measuring/load.ts";
import { createPrompts, type Prompts } from "./measuring/prompts.ts";
import { round } from "./measuring/statistics.ts";
import { type Kind, kinds, prepareKindModels } from "./models/kind-models.ts";
import { isShape, prepareRandomModel } from "./models/random-model.ts";
import { measureConstrained, toConstrainedFigures } from "./parts/constrained.ts";
import { measureCopy, toCopyFigures } from "./parts/copy.ts";
import { measureHold, toHoldFigures } from "./parts/hold.ts";
import { measureIdle, toIdleFigures } from "./parts/idle.ts";
import {
  type LoadRounds,
  type LoadRow,
  measureLoad,
  renderLoad,
  toLoadFigures,
  toLoadRows,
} from "./parts/load.ts";
import { measurePrefix, toPrefixFigures } from "./parts/prefix.ts";
import { measureStartup, toStartupFigures } from "./parts/startup.ts";
import { startLlama } from "./programs/llama.ts";
import { watchOthers, whenQuiet } from "./programs/processes.ts";
import { startRawEngine } from "./programs/raw-engine.ts";
import {
  type BenchServer,
  buildExecutable,
  createHome,
  type ServerSetup,
  startServer,
} from "./programs/server.ts";
import { runReport } from "./report/report.ts";

interface Bench {
  setup: ServerSetup;
  options: Arguments;
  prompts: Prompts;
  figures: Figure[];
  /** What each part found, whole. */
  reports: Partial<Record<Part | "copy", unknown>>;
  /** Of the part on load, and of those on growth: what a report shows as charts. */
  load: LoadRow[];
  curves: Curve[];
  /** What the figures are of. */
  model: string;
  /** The share of the machine that others took since the start, 0 to 1. */
  readOthers: () => number;
}

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
    await report(bench);
  } finally {
    remove();
  }
}

/** Whether a part does without the server that the others share. */
function isUnserved(part: Part | GrowthPart): boolean {
  return part === "startup" || part === "hold" || isGrowthPart(part);
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

/** The parts that need a server with a loaded model. */
async function runServed(bench: Bench): Promise<void> {
  const { options, prompts, figures, reports } = bench;
  if (options.only.includes("load")) await runLoads(bench);
  if (!options.only.some((part) => part !== "load" && !isUnserved(part))) return;
  await using server = await startLoaded(bench);
  if (options.only.includes("constrained")) {
    say("Holding answers to schemas and tools");
    const found = await measureConstrained(server, prompts, options.rounds);
    reports.constrained = found;
    figures.push(...toConstrainedFigures(found));
  }
  if (options.only.includes("prefix")) {
    say("Repeating long prefixes");
    const found = await measurePrefix(server, prompts, options.prefixes);
    reports.prefix = found;
    figures.push(...toPrefixFigures(found));
  }
  for (const kind of kinds.filter((kind) => options.only.includes(kind))) await runKind(bench, server, kind);
  if (options.only.includes("idle")) await runIdle(bench, server);
}

type LoadedServer = BenchServer & { hostPid: number };

async function startLoaded({ setup, prompts }: Bench): Promise<LoadedServer> {
  say("Starting the server and loading its model");
  const server = await startServer(setup);
  await runLoad(server, [prompts.next()], 8);
  const [, hostPid] = await server.logged(/ loaded model .*pid=(\d+)/);
  await whenQuiet(server.pid);
  return { ...server, hostPid: Number(hostPid) };
}

async function runLoads(bench: Bench): Promise<void> {
  const { options, figures, reports } = bench;
  const found: LoadRounds[] = [];
  for (let start = 0; start < options.processes; start++) found.push(...(await loadAll(bench)));
  const rows = toLoadRows(found);
  reports.load = rows;
  bench.load.push(...rows);
  figures.push(...toLoadFigures(rows));
  await writeOut(`${renderLoad(rows)}\n`);
  await runCopy(bench);
}

/** With processes of its own. */
async function loadAll(bench: Bench): Promise<LoadRounds[]> {
  const { options, prompts } = bench;
  await using server = await startLoaded(bench);
  say("Loading the raw engine");
  await using raw = await startRawEngine(options);
  await using llama = options.llama ? await startLlama(options) : null;
  const peers = llama === null ? options.peers : [llama, ...options.peers];
  const who = peers.length === 0 ? "raw engine and server" : "all";
  say(`${options.concurrency.join(", ")} requests at once, ${who} in turns`);
  return await measureLoad({ raw, server, prompts, options: { ...options, peers } });
}

async function runCopy({ setup, figures, reports }: Bench): Promise<void> {
  if (!setup.options.modelPath.endsWith(".gguf")) return;
  say("Loading the model from its file and from its copy, in turns");
  const found = await measureCopy(setup);
  reports.copy = found;
  figures.push(...toCopyFigures(found));
}

async function runKind(bench: Bench, server: BenchServer, kind: Kind): Promise<void> {
  const { options, prompts, figures, reports } = bench;
  const models = options.kinds.filter((model) => model.kind === kind);
  const rows: PairRow[] = [];
  for (const model of models) {
    say(`${model.name}, raw pipeline and server in turns`);
    rows.push(...(await measureKind[kind]({ server, model, prompts, options })));
  }
  reports[kind] = rows;
  figures.push(...toPairFigures(itemsOf[kind], rows));
  bench.model = models.map(({ name }) => name).join(", ");
}

async function runIdle(bench: Bench, loaded: LoadedServer): Promise<void> {
  const { setup, options, figures, reports } = bench;
  say(`Watching idle servers for ${options.idleSeconds} s`);
  await using unloaded = await startServer(setup);
  const name = "daemon without a model";
  const pids = { [name]: unloaded.pid, "daemon with a model": loaded.pid, host: loaded.hostPid };
  const found = await measureIdle(pids, options.idleSeconds);
  reports.idle = found;
  figures.push(...toIdleFigures(found, name));
}

async function report({ options, figures, reports, load, curves, model, readOthers }: Bench): Promise<void> {
  const judged = figures.map(judge);
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
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

function say(text: string): void {
  process.stderr.write(`${text} …\n`);
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
