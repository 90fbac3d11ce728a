const windowMs = 10_000;

/** How quickly a model makes tokens while it has something to do. */
export interface Rate {
  /** A request begins; the function ends it again. */
  begin(): () => void;
  add(tokens: number): void;
  /** Tokens per second of the last work, of 10 s at most; null: it has made none. */
  read(): number | null;
}

/** `now` in milliseconds, monotonic. */
export function createRate(now: () => number): Rate {
  let running = 0;
  let begunAt = 0;
  let tokens = 0;
  let last: number | null = null;

  function note(): void {
    const elapsed = now() - begunAt;
    if (tokens > 0 && elapsed > 0) last = Math.round((tokens / elapsed) * 10_000) / 10;
  }

  function restart(): void {
    begunAt = now();
    tokens = 0;
  }

  return {
    begin() {
      if (running === 0) restart();
      running += 1;
      return () => {
        running -= 1;
        if (running === 0) note();
      };
    },
    add(more) {
      tokens += more;
      if (now() - begunAt < windowMs) return;
      note();
      restart();
    },
    read() {
      if (running > 0 && now() - begunAt >= 1000) note();
      return last;
    },
  };
}
