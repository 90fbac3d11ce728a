/** The longest time that a timer supports; a longer one would fire at once. */
const longestMs = 2 ** 31 - 1;

/** The only timer of a model, which runs only while the model is unused. */
export interface IdleTimer {
  /** Fires after that many seconds; 0: never. */
  start(seconds: number): void;
  stop(): void;
  /** When it will fire, Unix time in seconds; null: it is not running. */
  readonly firesAt: number | null;
}

export function createIdleTimer(fire: () => void): IdleTimer {
  let timer: Timer | undefined;
  let firesAt: number | null = null;

  function stop(): void {
    clearTimeout(timer);
    firesAt = null;
  }

  return {
    start(seconds) {
      stop();
      if (seconds === 0) return;
      const milliseconds = Math.min(seconds * 1000, longestMs);
      timer = setTimeout(fire, milliseconds);
      firesAt = Math.ceil((Date.now() + milliseconds) / 1000);
    },
    stop,
    get firesAt() {
      return firesAt;
    },
  };
}
