import type { Figures, Tried } from "../tuning.ts";
import { type Pair, toAnswerMs } from "./judge.ts";

export function toFigures(pairs: readonly Pair[], side: keyof Pair): Figures {
  const speeds = pairs.map((pair) => pair[side]);
  return {
    first_token_ms: toMedian(speeds.map(({ first_token_ms }) => first_token_ms)),
    tokens_per_second: toMedian(speeds.map(({ tokens_per_second }) => tokens_per_second)),
    answer_ms: Math.round(toMedian(speeds.map(toAnswerMs))),
  };
}

/** What to measure once more: the best of each topic together, then the best one alone. */
export function toFinalists(tried: readonly Tried[]): Pick<Tried, "label" | "change">[][] {
  const won = tried
    .filter(({ measured }) => measured?.judgement.verdict === "faster")
    .toSorted((one, other) => toGain(other) - toGain(one));
  const [best] = won;
  if (best === undefined) return [];
  // What was measured on one device or engine shows nothing of another.
  const isApart = ({ topic }: Tried) => topic === "device" || topic === "attention";
  const firsts = won.filter(({ topic }, at) => won.findIndex((one) => one.topic === topic) === at);
  const together = isApart(best) ? [best] : firsts.filter((one) => !isApart(one));
  return together.length > 1 ? [together, [best]] : [[best]];
}

const toGain = ({ measured }: Tried) => measured?.judgement.gain ?? 0;

function toMedian(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
