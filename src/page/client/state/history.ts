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
  /** Puts samples before those that it has; where there is no room for all, the oldest are left out. */
  addEarlier(samples: readonly Sample[]): void;
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
  /** The place of the oldest. */
  let first = 0;
  let length = 0;
  const put = (index: number, sample: Sample) => {
    for (const [name, column] of columns) column[(first + index) % capacity] = sample[name];
  };
  const at = (series: Series, index: number): number | null => {
    const value = columns.get(series)?.[(first + index) % capacity] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  return {
    add(sample) {
      put(length, sample);
      if (length < capacity) length += 1;
      else first = (first + 1) % capacity;
    },
    addEarlier(samples) {
      for (const sample of samples.toReversed().slice(0, capacity - length)) {
        first = (first + capacity - 1) % capacity;
        put(0, sample);
        length += 1;
      }
    },
    read: (series) => Array.from({ length }, (_none, index) => at(series, index)),
    latest: (series) => (length === 0 ? null : at(series, length - 1)),
    get length() {
      return length;
    },
  };
}
