import { findPortHolder, renderHolder } from "../linux/port-holder.ts";

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** Whether an address of a server means this machine, whatever its other names are. */
export function isThisMachine(url: string): boolean {
  return url.startsWith("http://") && loopback.includes(new URL(url).hostname);
}

/** Who listens there, as a clause such as `"nginx" (pid 12) listens there`; null: on another machine, or nobody. */
export function describeListener(url: string): string | null {
  if (!isThisMachine(url)) return null;
  const holder = findPortHolder(Number(new URL(url).port || 80));
  return holder === null ? null : renderHolder(holder);
}
