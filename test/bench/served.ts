import { writeOut } from "../../cli/terminal.ts";
import { type Bench, say } from "./bench.ts";
import { itemsOf, measureKind } from "./kinds/kinds.ts";
import { type PairRow, toPairFigures } from "./kinds/pairs.ts";
import { isUnserved } from "./known-parts.ts";
import { runLoad } from "./measuring/load.ts";
import { type Kind, kinds } from "./models/kind-models.ts";
import { measureConstrained, toConstrainedFigures } from "./parts/constrained.ts";
import { measureCopy, toCopyFigures } from "./parts/copy.ts";
import { measureIdle, toIdleFigures } from "./parts/idle.ts";
import { type LoadRounds, measureLoad, renderLoad, toLoadFigures, toLoadRows } from "./parts/load.ts";
import { measurePrefix, toPrefixFigures } from "./parts/prefix.ts";
import { startLlama } from "./programs/llama.ts";
import { whenQuiet } from "./programs/processes.ts";
import { startRawEngine } from "./programs/raw-engine.ts";
import { type BenchServer, startServer } from "./programs/server.ts";

/** The parts that need a server with a loaded model. */
export async function runServed(bench: Bench): Promise<void> {
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
