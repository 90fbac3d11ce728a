import { renderTable } from "../../../cli/terminal.ts";
import { type Figure, renderNumber } from "../measuring/goals.ts";
import { type ChatTarget, runLoad } from "../measuring/load.ts";
import type { Prompts } from "../measuring/prompts.ts";
import {
  median,
  type RoundTimes,
  round,
  type Summary,
  summarize,
  toTokensPerSecond,
  toTtftMs,
} from "../measuring/statistics.ts";
import type { BenchOptions } from "../options.ts";
import { readCpuSeconds, readMachineCpuSeconds, whenQuiet } from "../programs/processes.ts";
import type { RawEngine } from "../programs/raw-engine.ts";

/** How much of the raw engine's tokens/s the server should keep. */
const ratioGoals = new Map([
  [1, 0.97],
  [4, 0.95],
  [16, 0.95],
]);
/** How much longer than with the raw engine the first token may take. */
const ttftGoals = new Map([
  [1, 1.05],
  [16, 1.1],
]);

/** Something that answers prompts, and the processes that it takes. */
interface Contestant {
  name: string;
  /** Process ids by role. */
  pids: Record<string, number>;
  run(prompts: string[]): Promise<RoundTimes>;
}

export interface LoadRow extends Summary {
  name: string;
  concurrency: number;
  /** To the raw engine, the median of neighbouring rounds; null: it is the raw engine. */
  ratio: number | null;
  ttftRatio: number | null;
  /** CPU seconds of a round by role; `others`: all that runs on this machine besides. */
  cpuSeconds: Record<string, number>;
}

/** The rounds of one contestant. */
export interface LoadRounds {
  name: string;
  concurrency: number;
  rounds: RoundTimes[];
  /** CPU seconds of all of them by role. */
  cpu: Record<string, number>;
}

export interface LoadParts {
  raw: RawEngine;
  server: ChatTarget & { pid: number; hostPid: number };
  prompts: Prompts;
  options: BenchOptions;
}

export async function measureLoad({ raw, server, prompts, options }: LoadParts): Promise<LoadRounds[]> {
  const { tokens } = options;
  const contestants: Contestant[] = [
    { name: "raw", pids: { engine: raw.pid }, run: (texts) => raw.run(texts, tokens) },
    {
      name: "server",
      pids: { daemon: server.pid, host: server.hostPid },
      run: (texts) => runLoad(server, texts, tokens),
    },
    ...options.peers.map(({ name, url, model, pid }) => {
      const target = { host: url.hostname, port: Number(url.port || 80), model };
      const pids: Record<string, number> = pid === undefined ? {} : { peer: pid };
      return { name, pids, run: (texts: string[]) => runLoad(target, texts, tokens) };
    }),
  ];
  const found: LoadRounds[] = [];
  for (const concurrency of options.concurrency) {
    const nextTexts = () => Array.from({ length: concurrency }, prompts.next);
    for (const contestant of contestants) await contestant.run(nextTexts());
    const seen = contestants.map(({ name }): LoadRounds => ({ name, concurrency, rounds: [], cpu: {} }));
    for (let pair = 0; pair < options.rounds; pair++) {
      // The same for all: their caches are their own. In turns, because the machine's speed drifts.
      const texts = nextTexts();
      for (const [index, contestant] of contestants.entries()) {
        const { rounds, cpu } = seen[index]!;
        // What the server's host does in its idle moments after a run is not to slow the others.
        await whenQuiet(server.pid);
        rounds.push(await runMeasured(contestant, texts, cpu));
      }
    }
    found.push(...seen);
  }
  return found;
}

/** `found`: of one start of all, or of several one after another, as processes that compute the same differ. */
export function toLoadRows(found: readonly LoadRounds[]): LoadRow[] {
  const groups = Map.groupBy(found, ({ concurrency, name }) => `${concurrency} ${name}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const raw = found.filter(({ name, concurrency }) => name === "raw" && concurrency === first.concurrency);
    return [toRow(first, group, raw)];
  });
}

async function runMeasured({ pids, run }: Contestant, texts: string[], cpu: Record<string, number>) {
  const read = () => ({
    ...Object.fromEntries(Object.entries(pids).map(([role, pid]) => [role, readCpuSeconds(pid)])),
    load: readCpuSeconds(process.pid),
  });
  const add = (role: string, seconds: number) => {
    cpu[role] = (cpu[role] ?? 0) + seconds;
  };
  const [before, machineBefore]: [Record<string, number>, number] = [read(), readMachineCpuSeconds()];
  const times = await run(texts);
  const [after, machine] = [Object.entries(read()), readMachineCpuSeconds() - machineBefore];
  const used = after.map(([role, seconds]): [string, number] => [role, seconds - (before[role] ?? 0)]);
  for (const [role, seconds] of used) add(role, seconds);
  add("others", Math.max(0, machine - used.reduce((sum, [, seconds]) => sum + seconds, 0)));
  return times;
}

function toRow({ name, concurrency }: LoadRounds, group: LoadRounds[], raw: LoadRounds[]): LoadRow {
  const rounds = group.flatMap((one) => one.rounds);
  const bases = raw.flatMap((one) => one.rounds);
  /** Each round against the raw engine's before it. */
  const ratioOf = (measure: (round: RoundTimes) => number) =>
    name === "raw"
      ? null
      : round(median(rounds.map((one, index) => measure(one) / measure(bases[index]!))), 3);
  const roles = [...new Set(group.flatMap(({ cpu }) => Object.keys(cpu)))];
  const toSeconds = (role: string) =>
    group.reduce((sum, { cpu }) => sum + (cpu[role] ?? 0), 0) / rounds.length;
  return {
    name,
    concurrency,
    ...summarize(rounds),
    ratio: ratioOf(toTokensPerSecond),
    ttftRatio: ratioOf(toTtftMs),
    cpuSeconds: Object.fromEntries(roles.map((role) => [role, round(toSeconds(role), 3)])),
  };
}

export function toLoadFigures(rows: LoadRow[]): Figure[] {
  return rows
    .filter(({ name }) => name === "server")
    .flatMap(({ concurrency, ratio, ttftRatio }) => {
      const [atLeast, atMost] = [ratioGoals.get(concurrency), ttftGoals.get(concurrency)];
      const speed: Figure = {
        name: `tokens/s at ${concurrency}, server / raw`,
        value: ratio ?? Number.NaN,
        unit: "",
        ...(atLeast !== undefined && { goal: { atLeast } }),
      };
      const delay: Figure = {
        name: `TTFT p50 at ${concurrency}, server / raw`,
        value: ttftRatio ?? Number.NaN,
        unit: "",
        ...(atMost !== undefined && { goal: { atMost } }),
      };
      return [speed, delay];
    });
}

export function renderLoad(rows: LoadRow[]): string {
  const header = [
    "AT ONCE",
    "WHO",
    "TOKENS/S",
    "OF RAW",
    "TTFT P50",
    "P99",
    "ITL P50",
    "P99",
    "CPU S A ROUND",
  ];
  const cells = rows.map((row) => [
    String(row.concurrency),
    row.name,
    renderNumber(row.tokensPerSecond),
    row.ratio === null ? "" : renderNumber(row.ratio),
    ...[row.ttftMsP50, row.ttftMsP99, row.itlMsP50, row.itlMsP99].map((value) => `${renderNumber(value)} ms`),
    Object.entries(row.cpuSeconds)
      .map(([role, seconds]) => `${role} ${seconds.toFixed(2)}`)
      .join(", "),
  ]);
  return renderTable(header, cells);
}
