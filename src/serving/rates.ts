import type { LoadedModel } from "../engine/model/loaded.ts";

const windowMs = 10_000;
/** A shorter time says little, unless it is all there is. */
const leastMs = 1000;

/** How quickly loaded models generate tokens. */
export interface Rates {
  /** A generation starts. */
  start(model: LoadedModel): RunningRate;
  /** Tokens per second of the model's last work, all requests together; null: it has generated none yet. */
  read(model: LoadedModel): number | null;
}

/** Of one generation. */
export interface RunningRate {
  /** Counts new tokens. */
  add(tokens: number): void;
  /** Notes its end. */
  stop(): void;
}

/** `now`: milliseconds, monotonic. */
export function createRates(now: () => number = () => performance.now()): Rates {
  /** Dropped together with the loaded model. */
  const rates = new WeakMap<LoadedModel, Rate>();

  function rateOf(model: LoadedModel): Rate {
    const rate = rates.get(model) ?? createRate(now);
    rates.set(model, rate);
    return rate;
  }

  return {
    start(model) {
      const rate = rateOf(model);
      return { add: rate.add, stop: rate.start() };
    },
    read: (model) => rates.get(model)?.read() ?? null,
  };
}

/** How quickly one model generates tokens while it has something to do. */
export interface Rate {
  /** Notes that a request starts; the returned function notes its end. */
  start(): () => void;
  add(tokens: number): void;
  /** Tokens per second of the last work, of its last 10 s at most; null: there were none. */
  read(): number | null;
}

/** `now`: milliseconds, monotonic. */
export function createRate(now: () => number): Rate {
  let running = 0;
  let startedAt = 0;
  let tokens = 0;
  /** Whether a rate of the work that runs, or ran last, was noted. */
  let isNoted = false;
  let last: number | null = null;

  function note(): void {
    const elapsed = now() - startedAt;
    if (tokens === 0 || elapsed <= 0) return;
    last = Math.round((tokens / elapsed) * 10_000) / 10;
    isNoted = true;
  }

  function restart(): void {
    startedAt = now();
    tokens = 0;
  }

  return {
    start() {
      if (running === 0) {
        restart();
        isNoted = false;
      }
      running += 1;
      return () => {
        running -= 1;
        if (running === 0 && (!isNoted || now() - startedAt >= leastMs)) note();
      };
    },
    add(more) {
      tokens += more;
      if (now() - startedAt < windowMs) return;
      note();
      restart();
    },
    read() {
      if (running > 0 && now() - startedAt >= leastMs) note();
      return last;
    },
  };
}
