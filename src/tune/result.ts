import type { Candidate, Topic, Untried } from "./candidates.ts";
import type { Change } from "./change.ts";
import { type Judgement, type Pair, toAnswerMs } from "./judge.ts";
import type { Difference } from "./texts.ts";

/** The middle of what was measured of one way to run the model. */
export interface Figures {
  first_token_ms: number;
  tokens_per_second: number;
  /** Of a whole answer. */
  answer_ms: number;
}

export interface Measured {
  pairs: number;
  figures: Figures;
  judgement: Judgement;
  /** null: it writes the same text. */
  difference: Difference | null;
}

export interface Tried {
  topic: Topic;
  label: string;
  change: Change;
  /** Why it is out of the question, as a sentence or clause; null: nothing speaks against it. */
  problem: string | null;
  /** null: it was not measured. */
  measured: Measured | null;
}

/** What won, measured once more with processes of its own. */
export interface Winner extends Measured {
  labels: string[];
  change: Change;
}

export interface TuneResult {
  model: string;
  device: string;
  engine: string;
  /** Of the prompt and the answer that were measured. */
  size: { prompt_tokens: number; answer_tokens: number };
  present: Figures;
  /** By how much the present settings differ from themselves: 0.03 is 3 %. */
  noise: number;
  tried: Tried[];
  untried: Untried[];
  /** null: nothing is faster than the present settings beyond noise. */
  winner: Winner | null;
}

export function toFigures(pairs: readonly Pair[], side: keyof Pair): Figures {
  const speeds = pairs.map((pair) => pair[side]);
  return {
    first_token_ms: toMedian(speeds.map(({ first_token_ms }) => first_token_ms)),
    tokens_per_second: toMedian(speeds.map(({ tokens_per_second }) => tokens_per_second)),
    answer_ms: Math.round(toMedian(speeds.map(toAnswerMs))),
  };
}

/** What to measure once more: the best of each topic together, then the best one alone. */
export function toFinalists(tried: readonly Tried[]): Candidate[][] {
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
