/** One round: all requests begin at once; times of each request's tokens in seconds from then. */
export interface RoundTimes {
  seconds: number;
  times: number[][];
  /** New tokens of all requests. */
  tokens: number;
}

export interface Summary {
  tokensPerSecond: number;
  ttftMsP50: number;
  ttftMsP99: number;
  /** Inter-token latency. */
  itlMsP50: number;
  itlMsP99: number;
}

export function summarize(rounds: RoundTimes[]): Summary {
  const requests = rounds.flatMap(({ times }) => times);
  const firsts = requests.flatMap((times) => times.slice(0, 1));
  const gaps = requests.flatMap((times) =>
    times.slice(1).map((time, index) => time - (times[index] ?? time)),
  );
  const perRound = rounds.map(toTokensPerSecond);
  return {
    tokensPerSecond: round(quantile(perRound, 0.5)),
    ttftMsP50: round(quantile(firsts, 0.5) * 1000),
    ttftMsP99: round(quantile(firsts, 0.99) * 1000),
    itlMsP50: round(quantile(gaps, 0.5) * 1000),
    itlMsP99: round(quantile(gaps, 0.99) * 1000),
  };
}

export function toTokensPerSecond({ seconds, tokens }: RoundTimes): number {
  return tokens / seconds;
}

/** Time to the first token of the middle request, in milliseconds. */
export function toTtftMs({ times }: RoundTimes): number {
  return median(times.flatMap((one) => one.slice(0, 1))) * 1000;
}

/** Of an even number the mean of the two in the middle: the lower one would make small numbers of rounds look slow. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.floor(sorted.length / 2))) / 2;
}

/** Nearest rank; NaN of nothing. */
export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? sorted[0] ?? Number.NaN;
}

/** To so many digits after the point. */
export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
