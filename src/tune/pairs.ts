import type { RegistryEntry } from "../registry/schema.ts";
import type { Bench } from "./bench.ts";
import { isSettled, type Pair } from "./judge.ts";
import type { ServerWork, TuneOptions } from "./options.ts";
import { type Size, toWriting } from "./size.ts";

export const fewestPairs = 3;
const patienceMs = 1000;

/** What all comparisons of a tuning share. */
export interface Work {
  bench: Bench;
  options: TuneOptions;
  size: Size;
  /** The next prompt's. */
  number: () => number;
  noise: number;
  /** What is written as it is now looks like noise, too. */
  mayDoubt: boolean;
  /** When the last turn ends. */
  trialsEnd: number;
  /** Pairs that were dropped because the server answered meanwhile. */
  disturbed: number;
}

/** Which comparison it is, for the report. */
export interface Place {
  label: string;
  position: number;
  total: number;
}

/**
 * Pairs until they settle or the time is over. The order changes from pair to pair: what comes second may have it easier. Where only
 * one process fits, the one that is there comes first.
 */
export async function measure(
  work: Work,
  changed: RegistryEntry,
  place: Place,
  end: number,
): Promise<Pair[]> {
  const { bench, options, size, number } = work;
  const { entry, clock, report } = options;
  const pairs: Pair[] = [];
  const write = (one: RegistryEntry, at: number) => bench.write(one, toWriting(size, at));
  let until = end;
  while (!isSettled(pairs) && (clock() < until || isNearlyDone(pairs))) {
    report({ type: "measuring", ...place, pairs: pairs.length });
    const started = clock();
    const before = await waitForServer(options, Math.max(end, work.trialsEnd));
    if (before === null) break;
    // Waiting takes nothing from its turn.
    until = Math.max(end, Math.min(work.trialsEnd, until + clock() - started));
    const at = number();
    const isSwapped = bench.isOpen(changed) && (!bench.isOpen(entry) || pairs.length % 2 === 1);
    const [one, other] = isSwapped ? [changed, entry] : [entry, changed];
    const first = await write(one, at);
    const second = await write(other, at);
    const after = await options.readServer();
    if (after.isBusy || after.mark !== before.mark) {
      // Somebody else's answer slowed down one of the two.
      work.disturbed += 1;
      continue;
    }
    pairs.push(isSwapped ? { present: second, changed: first } : { present: first, changed: second });
  }
  await bench.drop(changed);
  return pairs;
}

const isNearlyDone = (pairs: readonly Pair[]) => pairs.length > 0 && pairs.length < fewestPairs;

/** null: it was busy until `end`. */
export async function waitForServer(
  { readServer, clock, report, signal }: TuneOptions,
  end: number,
): Promise<ServerWork | null> {
  for (;;) {
    const work = await readServer();
    if (!work.isBusy) return work;
    if (clock() > end) return null;
    report({ type: "waiting" });
    await Bun.sleep(patienceMs);
    signal.throwIfAborted();
  }
}
