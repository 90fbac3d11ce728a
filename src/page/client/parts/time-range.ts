/** What the axis shows at least and at most, in seconds. */
const shortest = 300;
const longest = 3600;

/** Which times an axis shows for values from `low` to `high`, and before there are any, up to `now`; all in Unix seconds. */
export function toTimeRange(
  low: number | null | undefined,
  high: number | null | undefined,
  now: number,
): [from: number, to: number] {
  const to = high ?? now;
  return [to - Math.min(longest, Math.max(shortest, to - (low ?? to))), to];
}
