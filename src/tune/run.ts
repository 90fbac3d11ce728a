import { OvError, toReason } from "../errors.ts";
import type { RawModels } from "../registry/edit.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import type { Measured, Tried, TuneResult, Winner } from "../tuning.ts";
import { type Bench, type BenchOptions, createBench } from "./bench.ts";
import type { Candidate, Listing, Present } from "./candidates.ts";
import { joinChanges, withChange } from "./change.ts";
import { isSettled, judge, type Pair, toNoise } from "./judge.ts";
import { toFigures, toFinalists } from "./result.ts";
import { type Size, smallSize, toSize, toWriting } from "./size.ts";
import { findDifference } from "./texts.ts";

export type TuneEvent =
  | { type: "loading"; label: string }
  /** `position`: from 1 to `total`. */
  | { type: "measuring"; label: string; position: number; total: number; pairs: number }
  | { type: "tried"; tried: Tried; position: number; total: number }
  /** The server answers requests: measures would be worth nothing. */
  | { type: "waiting" };

/** What the running server does at this moment. */
export interface ServerWork {
  isBusy: boolean;
  /** Another text once it has answered a request. */
  mark: string;
}

export interface TuneOptions extends BenchOptions {
  entry: RegistryEntry;
  /** All entries as they stand in the registry. */
  models: Readonly<RawModels>;
  /** What to try, once it is known how the model runs now. */
  list: (present: Present) => Listing;
  readServer: () => Promise<ServerWork>;
  minutes: number;
  report: (event: TuneEvent) => void;
}

/** A part of the time is kept for the last comparison. */
const shareOfTrials = 0.8;
const fewestPairs = 3;
/** As many as most comparisons need. */
const usualPairs = 4;
const patienceMs = 1000;

/**
 * Compares the present settings with each candidate in alternating pairs, then what won once more in fresh processes.
 * Changes nothing but what it started. Throws what keeps the model from running as it does now, and the signal's reason.
 */
export async function tune(options: TuneOptions): Promise<TuneResult> {
  const bench = createBench(options);
  try {
    return await run(bench, options);
  } finally {
    await bench.close();
  }
}

interface Work {
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

async function run(bench: Bench, options: TuneOptions): Promise<TuneResult> {
  const { name, entry, list, minutes, clock, report } = options;
  const end = clock() + minutes * 60_000;
  const trialsEnd = clock() + minutes * 60_000 * shareOfTrials;
  report({ type: "loading", label: "the present settings" });
  const { host, doubt } = await bench.open(entry);
  const { device, engine, context_length: context } = host.ready;
  const { candidates, untried } = list({ device, engine, entry });
  const total = candidates.length + 1;
  /** When it is the turn of the next of so many. */
  const toTurn = (left: number) => clock() + Math.max(0, trialsEnd - clock()) / left;
  if ((await waitForServer(options, end)) === null) throw tooBusy(minutes);
  let count = 0;
  const number = () => ++count;
  const small = await bench.write(entry, toWriting(smallSize, number()));
  const size = toSize(small, context, (toTurn(total) - clock()) / (2 * usualPairs));
  const work: Work = {
    bench,
    options,
    size,
    number,
    noise: 0,
    mayDoubt: doubt !== null,
    trialsEnd,
    disturbed: 0,
  };
  const place = { label: "the present settings again", position: 1, total };
  const same = await measure(work, { ...entry }, place, toTurn(total));
  if (same.length === 0) throw tooBusy(minutes);
  work.noise = toNoise(same);
  const tried: Tried[] = [];
  for (const [at, candidate] of candidates.entries()) {
    if (clock() > trialsEnd) {
      untried.push({ topic: candidate.topic, why: `the time was over before "${candidate.label}"` });
      continue;
    }
    const place = { label: candidate.label, position: at + 2, total };
    const one = await tryOne(work, candidate, place, toTurn(candidates.length - at));
    tried.push(one);
    report({ type: "tried", tried: one, position: place.position, total });
  }
  const winner = await confirm(work, tried, end);
  const present = toFigures(same, "present");
  const sizes = { prompt_tokens: size.promptTokens, answer_tokens: size.tokens };
  const { noise, disturbed } = work;
  return { model: name, device, engine, size: sizes, present, noise, disturbed, tried, untried, winner };
}

async function tryOne(
  work: Work,
  { topic, label, change, problem, beyondPrompt = 0 }: Candidate,
  place: Place,
  end: number,
): Promise<Tried> {
  const { bench, options } = work;
  const tried = { topic, label, change, problem: null, measured: null };
  if (problem !== undefined) return { ...tried, problem };
  const { promptTokens } = work.size;
  if (promptTokens <= beyondPrompt)
    return {
      ...tried,
      problem: `there was time for prompts of ${promptTokens} tokens alone, which fit into one part`,
    };
  try {
    const entry = withChange(options.models, options.name, change);
    options.report({ type: "loading", label });
    try {
      const { doubt } = await bench.open(entry);
      if (doubt !== null && !work.mayDoubt) return { ...tried, problem: doubt };
      const pairs = await measure(work, entry, place, end);
      if (pairs.length < fewestPairs)
        return { ...tried, problem: "the time was over before it was measured" };
      return { ...tried, measured: toMeasured(pairs, work.noise) };
    } finally {
      await bench.drop(entry);
    }
  } catch (error) {
    options.signal.throwIfAborted();
    return { ...tried, problem: toReason(error) };
  }
}

interface Place {
  label: string;
  position: number;
  total: number;
}

/**
 * Pairs until they settle or the time is over. The order changes from pair to pair: what comes second may have it easier. Where only
 * one process fits, the one that is there comes first.
 */
async function measure(work: Work, changed: RegistryEntry, place: Place, end: number): Promise<Pair[]> {
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
async function waitForServer(
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

/** In new processes: one that happened to get better memory shows nothing of its settings. */
async function confirm(work: Work, tried: readonly Tried[], end: number): Promise<Winner | null> {
  const { bench, options } = work;
  for (const finalists of toFinalists(tried)) {
    const labels = finalists.map(({ label }) => label);
    const change = joinChanges(finalists.map((one) => one.change));
    const place = { label: `once more: ${labels.join(", ")}`, position: 1, total: 1 };
    await bench.close();
    options.report({ type: "loading", label: place.label });
    try {
      const entry = withChange(options.models, options.name, change);
      const { doubt } = await bench.open(entry);
      if (doubt !== null && !work.mayDoubt) continue;
      const pairs = await measure(work, entry, place, Math.max(end, options.clock() + 1));
      if (pairs.length < fewestPairs) continue;
      const measured = toMeasured(pairs, work.noise);
      if (measured.judgement.verdict === "faster") return { labels, change, ...measured };
    } catch {
      // Together they may not run.
      options.signal.throwIfAborted();
    }
  }
  return null;
}

function toMeasured(pairs: readonly Pair[], noise: number): Measured {
  return {
    pairs: pairs.length,
    figures: toFigures(pairs, "changed"),
    judgement: judge(pairs, noise),
    difference: findDifference(pairs),
  };
}

function tooBusy(minutes: number): OvError {
  return new OvError("queue_timeout", {
    what: `The server answered requests for most of the ${minutes} minutes`,
    why: "measurements beside them mean nothing",
    next: "Try again when it is idle, or stop it for that time.",
  });
}
