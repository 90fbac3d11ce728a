import { createLooks } from "./standstill.ts";

/** A time limit that may be reset for each piece of an answer, and hardly ever expires. */
export interface Alarm extends Disposable {
  /** Starts now and replaces an earlier limit. */
  set(): void;
  clear(): void;
}

/** A standstill of less than twice this may go unnoticed. */
const mostMs = 1000;
/** Checks are at least this far apart: on a busy machine, timers fire a few milliseconds late. */
const leastMs = 20;

/**
 * Calls `ring` once nothing has set or cleared it for that long, not counting time in which this process stood still, perhaps
 * with its whole machine: what arrived meanwhile is handled first. Its timer stays and checks the clock when it fires: a stream
 * sets two alarms for each token, and creating timers for them would be a large part of its cost.
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
      if (timer !== undefined || dueAt === Number.POSITIVE_INFINITY) return;
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

/** An alarm that is set; dispose of it when the wait has ended. */
export function startAlarm(milliseconds: number, ring: () => void): Alarm {
  const alarm = createAlarm(milliseconds, ring);
  alarm.set();
  return alarm;
}
