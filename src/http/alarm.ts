/** A timer that is set again at each piece of an answer, and hardly ever runs out. */
export interface Alarm {
  /** From now on; one that was set before is forgotten. */
  set(): void;
  clear(): void;
}

/**
 * Calls `ring` once nothing has set or cleared it for that long. Its timer stays, and looks at the clock when it ends: a stream
 * sets two alarms for each token, and making timers for them would be much of its work.
 */
export function createAlarm(milliseconds: number, ring: () => void): Alarm & Disposable {
  let timer: Timer | undefined;
  let dueAt: number | null = null;

  function look(): void {
    timer = undefined;
    if (dueAt === null) return;
    const left = dueAt - performance.now();
    if (left > 0) {
      timer = setTimeout(look, left);
      return;
    }
    dueAt = null;
    ring();
  }

  return {
    set() {
      dueAt = performance.now() + milliseconds;
      timer ??= setTimeout(look, milliseconds);
    },
    clear() {
      dueAt = null;
    },
    [Symbol.dispose]() {
      dueAt = null;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
