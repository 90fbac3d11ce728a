import type { Speed } from "../library/speed.ts";
import type { Judgement } from "../tuning.ts";

/** The same answer written in both ways, one right after the other. */
export interface Pair {
  present: Speed;
  changed: Speed;
}

/** Quantiles of Student's t for 95 %, by degrees of freedom from 1 to 9. */
const quantiles = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

/** A smaller gain is not noticeable. */
const least = 0.02;

/** `noise`: by how much the present settings differ from themselves; at least one pair. */
export function judge(pairs: readonly Pair[], noise: number): Judgement {
  const { mean, spread: own } = measure(pairs);
  const spread = Math.max(own, noise);
  const bound = Math.max(spread, least);
  return {
    verdict: mean > bound ? "faster" : mean < -bound ? "slower" : "same",
    gain: Math.expm1(mean),
    spread,
    first_token_gain: Math.expm1(
      toMean(pairs.map((pair) => Math.log(toFirst(pair.present) / toFirst(pair.changed)))),
    ),
    token_gain: Math.expm1(
      toMean(pairs.map((pair) => Math.log(toRate(pair.changed) / toRate(pair.present)))),
    ),
  };
}

/** What is taken for noise of a machine: the difference of the present settings from themselves, or its spread. */
export function toNoise(pairs: readonly Pair[]): number {
  const { mean, spread } = measure(pairs);
  return Math.max(Math.abs(mean), Number.isFinite(spread) ? spread : unknown);
}

/** A single pair has no spread. */
const unknown = 1;

const fewest = 3;
const most = 8;

/** Whether more pairs would not change what is said of them. */
export function isSettled(pairs: readonly Pair[]): boolean {
  if (pairs.length < fewest) return false;
  if (pairs.length >= most) return true;
  const { mean, spread } = measure(pairs);
  return spread < least || (Math.abs(mean) > 0.05 && Math.abs(mean) > 2 * spread);
}

/** How long an answer took, in milliseconds. */
export function toAnswerMs(speed: Speed): number {
  return toFirst(speed) + (Math.max(0, speed.tokens - 1) * 1000) / toRate(speed);
}

/** From so many pairs on the highest and the lowest are left out: another program may have run beside one of them. */
const fewestToTrim = 5;

/**
 * Of logarithms of ratios, so that twice as fast and half as fast are equally far from the same. The trimmed mean with the interval of
 * Tukey and McLaughlin, whose spread comes from the values with the outermost ones moved to their neighbours.
 */
function measure(pairs: readonly Pair[]): { mean: number; spread: number } {
  const logs = pairs.map(({ present, changed }) => Math.log(toAnswerMs(present) / toAnswerMs(changed)));
  const sorted = logs.toSorted((one, other) => one - other);
  const cut = sorted.length < fewestToTrim ? 0 : 1;
  const kept = sorted.slice(cut, sorted.length - cut);
  const mean = toMean(kept);
  const quantile = quantiles[kept.length - 2] ?? (kept.length < 2 ? undefined : 1.96);
  if (quantile === undefined) return { mean, spread: Number.POSITIVE_INFINITY };
  const [low = 0, high = 0] = [kept[0], kept.at(-1)];
  const moved = sorted.map((log) => Math.min(high, Math.max(low, log)));
  const middle = toMean(moved);
  const variance = moved.reduce((sum, log) => sum + (log - middle) ** 2, 0) / (moved.length - 1);
  return { mean, spread: (quantile * Math.sqrt(variance * moved.length)) / kept.length };
}

const toMean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
// Below the clock's resolution nothing can be divided by.
const toFirst = ({ first_token_ms }: Speed) => Math.max(0.5, first_token_ms);
const toRate = ({ tokens_per_second }: Speed) => Math.max(0.01, tokens_per_second);
