import { findPortHolder, type PortHolder, renderHolder } from "../linux/port-holder.ts";

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** Whether an address of a server means this machine, whatever its other names are. */
export function isThisMachine(url: string): boolean {
  return url.startsWith("http://") && URL.canParse(url) && loopback.includes(new URL(url).hostname);
}

/** Who listens there; null: on another machine, or nobody. */
export function findListener(url: string): PortHolder | null {
  if (!isThisMachine(url)) return null;
  const { hostname, port } = new URL(url);
  return findPortHolder(Number(port || 80), hostname.replace(/^\[(.*)\]$/, "$1"));
}

export interface Listener {
  /** Such as `"nginx" (pid 12) listens there`. */
  clause: string;
  /** It is an installed ov-llm. */
  isOwn: boolean;
}

/** The same in words. */
export function describeListener(url: string): Listener | null {
  const holder = findListener(url);
  if (holder === null) return null;
  return { clause: renderHolder(holder), isOwn: "program" in holder && holder.program === "ov-llm" };
}
