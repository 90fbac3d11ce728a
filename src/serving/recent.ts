import type { ServerEvent } from "./events.ts";

/** The requests that ended within one minute, and the most that ran at once. */
export interface Minute {
  /** The minute's start, Unix time in seconds. */
  at: number;
  finished: number;
  /** Answered with a status of 500 or more. */
  failed: number;
  newTokens: number;
  /** Mean in seconds over the answers that had a first token; null: none had. */
  timeToFirstToken: number | null;
  /** Counts requests whose model was known. */
  mostRunning: number;
}

export interface Recent {
  observe(event: ServerEvent): void;
  /** The minutes of the last hour in which anything happened, oldest first. */
  read(): Minute[];
}

const minutes = 60;

interface Counts extends Omit<Minute, "timeToFirstToken"> {
  firstTokens: { count: number; seconds: number };
}

/** Remembers the last hour in bounded memory and without a timer. `now`: Unix time in milliseconds. */
export function createRecent(now: () => number): Recent {
  let kept: Counts[] = [];
  const running = new Set<string>();

  function current(): Counts {
    const at = Math.floor(now() / 60_000) * 60;
    const last = kept.at(-1);
    // A clock that was set back does not return to an earlier minute.
    if (last !== undefined && last.at >= at) return last;
    const firstTokens = { count: 0, seconds: 0 };
    const next = { at, finished: 0, failed: 0, newTokens: 0, mostRunning: running.size, firstTokens };
    kept = [...kept.slice(1 - minutes), next];
    return next;
  }

  return {
    observe(event) {
      if (event.topic !== "request") return;
      if (event.type === "started") {
        running.add(event.id);
        const minute = current();
        minute.mostRunning = Math.max(minute.mostRunning, running.size);
        return;
      }
      if (event.model === undefined) return;
      const minute = current();
      running.delete(event.id);
      minute.finished += 1;
      if (event.status >= 500) minute.failed += 1;
      minute.newTokens += event.newTokens ?? 0;
      if (event.timeToFirstToken === undefined) return;
      minute.firstTokens.count += 1;
      minute.firstTokens.seconds += event.timeToFirstToken;
    },
    read() {
      const oldest = now() / 1000 - minutes * 60;
      return kept.filter(({ at }) => at >= oldest).map(toMinute);
    },
  };
}

function toMinute({ firstTokens: { count, seconds }, ...counts }: Counts): Minute {
  return { ...counts, timeToFirstToken: count === 0 ? null : seconds / count };
}
