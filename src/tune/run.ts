import { OvError, toReason } from "../errors.ts";
import type { Measured, Tried, TuneResult, Winner } from "../tuning.ts";
import { type Bench, createBench } from "./bench.ts";
import type { Candidate } from "./candidates.ts";
import { joinChanges, withChange } from "./change.ts";
import { judge, type Pair, toNoise } from "./judge.ts";
import type { TuneOptions } from "./options.ts";
import { fewestPairs, measure, type Place, type Work, waitForServer } from "./pairs.ts";
import { toFigures, toFinalists } from "./result.ts";
import { smallSize, toSize, toWriting } from "./size.ts";
import { findDifference } from "./texts.ts";

/** A part of the time is kept for the last comparison. */
const shareOfTrials = 0.8;
/** As many as most comparisons need. */
const usualPairs = 4;

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
  const { tried, late } = await tryAll(work, candidates, toTurn);
  const confirmed = await confirm(work, tried, end);
  const present = toFigures(same, "present");
  const sizes = { prompt_tokens: size.promptTokens, answer_tokens: size.tokens };
  const { noise, disturbed } = work;
  const left = [...untried, ...late];
  return {
    model: name,
    device,
    engine,
    size: sizes,
    present,
    noise,
    disturbed,
    tried,
    untried: left,
    ...confirmed,
  };
}

/** Each candidate in its share of the time; `late`: those for which none was left. */
async function tryAll(
  work: Work,
  candidates: readonly Candidate[],
  toTurn: (left: number) => number,
): Promise<{ tried: Tried[]; late: TuneResult["untried"] }> {
  const { clock, report } = work.options;
  const total = candidates.length + 1;
  const tried: Tried[] = [];
  const late: TuneResult["untried"] = [];
  for (const [at, candidate] of candidates.entries()) {
    if (clock() > work.trialsEnd) {
      late.push({ topic: candidate.topic, why: `the time was over before "${candidate.label}"` });
      continue;
    }
    const place = { label: candidate.label, position: at + 2, total };
    const one = await tryOne(work, candidate, place, toTurn(candidates.length - at));
    tried.push(one);
    report({ type: "tried", tried: one, position: place.position, total });
  }
  return { tried, late };
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
      problem: `there was time for prompts of ${promptTokens} tokens only, which fit into one part`,
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

/**
 * In new processes: one that happened to get better memory shows nothing of its settings. Their loads take nothing from the time
 * that is kept for it.
 */
async function confirm(
  work: Work,
  tried: readonly Tried[],
  end: number,
): Promise<Pick<TuneResult, "winner" | "unconfirmed">> {
  const { bench, options } = work;
  const kept = end - work.trialsEnd;
  let unconfirmed: Winner | null = null;
  for (const finalists of toFinalists(tried)) {
    const labels = finalists.map(({ label }) => label);
    const change = joinChanges(finalists.map((one) => one.change));
    const place = { label: `once more: ${labels.join(", ")}`, position: 1, total: 1 };
    await bench.close();
    options.report({ type: "loading", label: place.label });
    try {
      if (options.hostsAtOnce === 2) await bench.open(options.entry);
      const entry = withChange(options.models, options.name, change);
      const { doubt } = await bench.open(entry);
      if (doubt !== null && !work.mayDoubt) continue;
      const pairs = await measure(work, entry, place, Math.max(end, options.clock() + kept));
      if (pairs.length < fewestPairs) continue;
      const again = { labels, change, ...toMeasured(pairs, work.noise) };
      if (again.judgement.verdict === "faster") return { winner: again, unconfirmed: null };
      if (unconfirmed === null || again.judgement.gain > unconfirmed.judgement.gain) unconfirmed = again;
    } catch {
      // Together they may not run.
      options.signal.throwIfAborted();
    }
  }
  return { winner: null, unconfirmed };
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
    why: "measurements at the same time mean nothing",
    next: "Try again when it is idle, or stop it meanwhile.",
  });
}
