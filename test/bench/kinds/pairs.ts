import type { Figure } from "../measuring/goals.ts";
import { median, round } from "../measuring/statistics.ts";
import { whenQuiet } from "../programs/processes.ts";

/** What a server may lose to the raw pipeline. */
const ratioGoal = 0.95;
/** How long one side of a round should take, and its items at least and at most. */
const roundSeconds = 1.5;
const fewest = 4;
const most = 128;

/** The raw pipeline beside the server, on the same things. */
export interface PairRow {
  model: string;
  /** Requests at once. */
  atOnce: number;
  /** Items in each; the raw pipeline gets those of all requests in one call. */
  each: number;
  /** Items a second, medians of all rounds. */
  raw: number;
  served: number;
  /** Served over raw, the median of the pairs of rounds. */
  ratio: number;
  /** What a request takes beyond what the raw pipeline takes for its items, in milliseconds; the median of the pairs. */
  extraMs: number;
}

/** Both work through so many items and return the seconds that it took. */
export interface Pair {
  /** The server's process. */
  pid: number;
  raw: (count: number) => Promise<number>;
  served: (count: number) => Promise<number>;
}

export interface PairShape {
  model: string;
  atOnce: number;
  each: number;
  rounds: number;
}

/** Both in turns, after a run of each that loads and warms up. */
export async function measurePairs(
  { pid, raw, served }: Pair,
  { model, atOnce, each, rounds }: PairShape,
): Promise<PairRow> {
  // Whole batches, so that both sides can fill them.
  const unit = Math.max(fewest, atOnce * each);
  await served(unit);
  await whenQuiet(pid);
  await raw(unit);
  const count = unit * toUnits(await raw(unit), Math.max(1, most / unit));
  const pairs: { raw: number; served: number }[] = [];
  for (let index = 0; index < rounds; index++)
    pairs.push({ raw: await raw(count), served: await served(count) });
  return {
    ...{ model, atOnce, each },
    raw: round(median(pairs.map((pair) => count / pair.raw))),
    served: round(median(pairs.map((pair) => count / pair.served))),
    ratio: round(median(pairs.map((pair) => pair.raw / pair.served)), 3),
    extraMs: round(median(pairs.map((pair) => ((pair.served - pair.raw) * 1000 * each) / count)), 2),
  };
}

function toUnits(secondsEach: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(roundSeconds / secondsEach)));
}

/** `what`: of the items, such as `embeddings/s`. */
export function toPairFigures(what: string, rows: readonly PairRow[]): Figure[] {
  return rows.flatMap(({ model, atOnce, each, raw, served, ratio, extraMs }) => {
    const how = `${model}, ${atOnce} at once${each > 1 ? ` of ${each} each` : ""}`;
    return [
      {
        name: `${what}, ${how}: server / raw (${served} / ${raw})`,
        value: ratio,
        unit: "",
        goal: { atLeast: ratioGoal },
      },
      { name: `${how}: more time for each request`, value: extraMs, unit: "ms" },
    ];
  });
}

/** So many workers until nothing is left; the seconds of the whole run. */
export async function workThrough<Item>(
  items: readonly Item[],
  { atOnce, each }: { atOnce: number; each: number },
  send: (items: Item[]) => Promise<Response>,
): Promise<number> {
  const started = performance.now();
  const left = [...items];
  const work = async () => {
    for (let some = left.splice(0, each); some.length > 0; some = left.splice(0, each)) {
      const response = await send(some);
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return (performance.now() - started) / 1000;
}
