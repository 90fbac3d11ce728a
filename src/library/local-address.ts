import { findPortHolder, type PortHolder, renderHolder } from "../linux/port-holder.ts";

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** Whether an address of a server means this machine, whatever its other names are. */
export function isThisMachine(url: string): boolean {
  return url.startsWith("http://") && URL.canParse(url) && loopback.includes(new URL(url).hostname);
}

/** Where a server with that URL listens; `host`: without an IPv6 address's brackets. */
export function toAddress(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || 80) };
}

/** Who listens there; null: on another machine, or nobody. */
export function findListener(url: string): PortHolder | null {
  if (!isThisMachine(url)) return null;
  const { host, port } = toAddress(url);
  return findPortHolder(port, host);
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
