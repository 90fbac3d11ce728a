import { isIP } from "node:net";
import { isLoopback } from "../config/warnings.ts";
import { isOwnHost } from "../linux/own-names.ts";
import { findPortHolder, type PortHolder, renderHolder } from "../linux/port-holder.ts";

/** Whether the URL of a server means this machine, as far as that shows without asking for its address. */
export function isThisMachine(url: string): boolean {
  if (!url.startsWith("http://") || !URL.canParse(url)) return false;
  const { host } = toAddress(url);
  return isLoopback(host) || isOwnHost(host);
}

/** Where a server with that URL listens; `host`: without an IPv6 address's brackets. */
export function toAddress(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || 80) };
}

/** Who listens there; null: on another machine, or nobody, or at a name, which may stand for any of this one's addresses. */
export function findListener(url: string): PortHolder | null {
  if (!isThisMachine(url)) return null;
  const { host, port } = toAddress(url);
  return isIP(host) !== 0 || host === "localhost" ? findPortHolder(port, host) : null;
}

export interface Listener {
  /** Such as `"nginx" (pid 12) listens there`. */
  clause: string;
  /** It is an ov-llm. */
  isOwn: boolean;
}

/** The same in words. */
export function describeListener(url: string): Listener | null {
  const holder = findListener(url);
  if (holder === null) return null;
  return { clause: renderHolder(holder), isOwn: "program" in holder && holder.program === "ov-llm" };
}
