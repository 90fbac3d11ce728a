import type { Figure } from "../measuring/goals.ts";
import { runLoad } from "../measuring/load.ts";
import { round } from "../measuring/statistics.ts";
import { type Ground, type Growth, startGrowthServer } from "../programs/ground.ts";
import { startRawEngine } from "../programs/raw-engine.ts";
import { type LoadRow, measureLoad, toLoadRows } from "./load.ts";

const concurrency = [16, 64, 256];
const answerTokens = 32;
const ratioGoals = new Map([
  [16, 0.95],
  [64, 0.95],
]);

/** The CPU that daemon and host take beside the engine, per 1,000 tokens, while many answers run at once. */
export async function measureShare(ground: Ground): Promise<Growth> {
  // One of 256 answers takes long.
  const rounds = Math.ceil(ground.options.rounds / 2);
  const options = { ...ground.options, rounds, concurrency, tokens: answerTokens, peers: [] };
  const env = { OV_MAX_CONCURRENT: "256" };
  await using server = await startGrowthServer(ground, { modelPath: options.modelPath, env });
  await runLoad(server, [ground.prompts.next()], 8);
  const [, hostPid] = await server.logged(/ loaded model .*pid=(\d+)/);
  await using raw = await startRawEngine(options);
  const loaded = { ...server, hostPid: Number(hostPid) };
  const rows = toLoadRows(await measureLoad({ raw, server: loaded, prompts: ground.prompts, options }));
  return { curves: [], figures: concurrency.flatMap((count) => toFigures(count, rows)) };
}

/** The engine's own CPU is that of the raw engine; what the host takes beyond it is Python's. */
function toFigures(count: number, rows: LoadRow[]): Figure[] {
  const at = (name: string) => rows.find((row) => row.name === name && row.concurrency === count);
  const [raw, server] = [at("raw"), at("server")];
  const thousands = (count * answerTokens) / 1000;
  const cpu = (row: LoadRow | undefined, role: string) => (row?.cpuSeconds[role] ?? Number.NaN) / thousands;
  const [engine, host, daemon] = [cpu(raw, "engine"), cpu(server, "host"), cpu(server, "daemon")];
  const atLeast = ratioGoals.get(count);
  const figure = (name: string, value: number): Figure => ({ name, value: round(value, 4), unit: "s" });
  return [
    {
      name: `tokens/s at ${count}, server / raw`,
      value: server?.ratio ?? Number.NaN,
      unit: "",
      ...(atLeast !== undefined && { goal: { atLeast } }),
    },
    figure(`CPU of the engine per 1,000 tokens at ${count}`, engine),
    figure(`CPU of the host's Python per 1,000 tokens at ${count}`, host - engine),
    figure(`CPU of the daemon per 1,000 tokens at ${count}`, daemon),
  ];
}
