import type { HistoryMinute } from "../api/schemas.ts";
import type { Sample } from "./history.ts";

/**
 * The minutes before the page was opened as samples, one each, from the first one that the server knows to the last
 * whole one. A minute that it does not list was idle. `now`: Unix time in seconds.
 */
export function toEarlierSamples(minutes: readonly HistoryMinute[], now: number): Sample[] {
  const first = minutes[0]?.at;
  if (first === undefined) return [];
  const known = new Map(minutes.map((minute) => [minute.at, minute]));
  const whole = Math.max(0, Math.floor((now - first) / 60));
  return Array.from({ length: whole }, (_none, index) => {
    const at = first + 60 * index;
    return toSample(at, known.get(at));
  });
}

function toSample(at: number, minute: HistoryMinute | undefined): Sample {
  return {
    at,
    tokensPerSecond: (minute?.new_tokens ?? 0) / 60,
    timeToFirstToken: minute?.time_to_first_token ?? Number.NaN,
    running: minute?.most_running ?? 0,
    waiting: Number.NaN,
    kvCache: Number.NaN,
    memory: Number.NaN,
  };
}
