/** How the server was over some seconds. NaN: unknown, a gap in the chart. */
export interface Sample {
  /** Unix time in seconds. */
  at: number;
  tokensPerSecond: number;
  /** Seconds, the mean of those answers that ended; NaN: none did. */
  timeToFirstToken: number;
  running: number;
  waiting: number;
  /** Share of the KV cache in use, that of the fullest model, 0 to 1. */
  kvCache: number;
  /** Bytes, all models together. */
  memory: number;
}

export type Series = keyof Sample;

export interface History {
  add(sample: Sample): void;
  /** The values of a series from the oldest sample to the newest; null: a gap. */
  read(series: Series): (number | null)[];
  latest(series: Series): number | null;
  readonly length: number;
}

const names = [
  "at",
  "tokensPerSecond",
  "timeToFirstToken",
  "running",
  "waiting",
  "kvCache",
  "memory",
] as const satisfies readonly Series[];

/** The newest samples, `capacity` of them: what it takes is allocated here and never grows. */
export function createHistory(capacity: number): History {
  const columns = new Map<Series, Float64Array>(names.map((name) => [name, new Float64Array(capacity)]));
  let added = 0;
  const length = () => Math.min(added, capacity);
  const at = (series: Series, index: number): number | null => {
    const value = columns.get(series)?.[index % capacity] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  return {
    add(sample) {
      for (const [name, column] of columns) column[added % capacity] = sample[name];
      added += 1;
    },
    read: (series) =>
      Array.from({ length: length() }, (_none, index) => at(series, added - length() + index)),
    latest: (series) => (added === 0 ? null : at(series, added - 1)),
    get length() {
      return length();
    },
  };
}
