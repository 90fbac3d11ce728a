import { createLooks } from "./standstill.ts";

/** The limit of a wait. It may be set again at each piece of an answer, and hardly ever runs out. */
export interface Alarm extends Disposable {
  /** From now on; one that was set before is forgotten. */
  set(): void;
  clear(): void;
}

/** A standstill that is shorter than twice that is not noticed. */
const mostMs = 1000;
/** A look that is later than that shows a standstill: on a busy machine, timers come a few milliseconds late. */
const leastMs = 20;

/**
 * Calls `ring` once nothing has set or cleared it for that long, without the time in which this process stood still, perhaps
 * with its whole machine: what came meanwhile is heard first. Its timer stays, and looks at the clock when it ends: a stream
 * sets two alarms for each token, and making timers for them would be much of its work.
 */
export function createAlarm(milliseconds: number, ring: () => void): Alarm {
  const everyMs = Math.min(mostMs, Math.max(leastMs, milliseconds / 4));
  let looks = createLooks(everyMs);
  let timer: Timer | undefined;
  let dueAt: number | null = null;

  function look(): void {
    timer = undefined;
    if (dueAt === null) return;
    const now = performance.now();
    const stoodStill = looks.look();
    if (stoodStill > 0) {
      // It may have been set since.
      dueAt = Math.min(now + milliseconds, Math.max(now + everyMs, dueAt + stoodStill));
    }
    if (dueAt > now) {
      lookAfter(dueAt - now);
      return;
    }
    dueAt = null;
    ring();
  }

  function lookAfter(left: number): void {
    timer = setTimeout(look, Math.min(everyMs, left));
  }

  return {
    set() {
      dueAt = performance.now() + milliseconds;
      if (timer !== undefined) return;
      looks = createLooks(everyMs);
      lookAfter(milliseconds);
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

/** An alarm that is set; to be disposed of once the wait is over. */
export function startAlarm(milliseconds: number, ring: () => void): Alarm {
  const alarm = createAlarm(milliseconds, ring);
  alarm.set();
  return alarm;
}
