import { isIP } from "node:net";
import { OvError, shorten } from "../errors.ts";
import { isNameOf } from "../linux/own-names.ts";

/**
 * Who may use a server without a key. A web page that someone opens can send requests to any address, and by
 * DNS rebinding read the answers as if they were its own. The browser then names the page in `Origin`, or its domain in
 * `Host`. With a key a page would have to know it.
 */
export interface Access {
  /** OV_HOST, if it is a name. */
  host: string;
  /** OV_ALLOWED_HOSTS: names; with a dot before them: all below them; `*`: all. */
  allowedHosts: readonly string[];
  /** OV_CORS_ORIGINS */
  corsOrigins: readonly string[];
  /** The machine's own name, with or without its domain. */
  machine: string;
}

/** RFC 9112, section 3.2: there must be one. Headers of one name arrive joined by commas, which no host contains. */
export function refuseTwoHosts({ headers }: Pick<Request, "headers">): void {
  const host = headers.get("host");
  if (host?.includes(",")) throw new OvError("invalid_request", `There are two Host headers: ${show(host)}.`);
}

/** Throws `forbidden` naming the setting that would allow it. */
export function checkAccess({ headers }: Pick<Request, "headers">, access: Access): void {
  const host = headers.get("host");
  const origin = headers.get("origin");
  if (host !== null && !isAllowedHost(toName(host), access)) throw refuseHost(host);
  if (origin !== null && !access.corsOrigins.includes(origin) && !isOwn(origin, host))
    throw refuseOrigin(origin);
}

/** `[::1]:9000` -> `::1`, `Box.lan.:80` -> `box.lan` */
function toName(host: string): string {
  const [, address, name = ""] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return (address ?? name).toLowerCase().replace(/\.$/, "");
}

function isAllowedHost(name: string, { host, allowedHosts, machine }: Access): boolean {
  if (isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost")) return true;
  if (name === host.toLowerCase() || isNameOf(name, machine.toLowerCase())) return true;
  return allowedHosts.some((allowed) => {
    const pattern = allowed.toLowerCase();
    return pattern === "*" || pattern === name || (pattern.startsWith(".") && name.endsWith(pattern));
  });
}

/** A proxy for TLS changes the scheme, not the host. */
function isOwn(origin: string, host: string | null): boolean {
  return host !== null && URL.canParse(origin) && new URL(origin).host === toHost(host);
}

/** As URL normalizes it: in lower case, without its scheme's default port. */
function toHost(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : host;
}

function refuseHost(host: string): OvError {
  return new OvError("forbidden", {
    what: `This server has no key and does not answer for the host ${show(host)}`,
    why: "web pages could pose as it",
    next: "Use its address, add the name to OV_ALLOWED_HOSTS, or set OV_API_KEY.",
  });
}

function refuseOrigin(origin: string): OvError {
  return new OvError("forbidden", {
    what: `This server has no key and takes no requests from web pages of ${show(origin)}`,
    next: "Add that origin to OV_CORS_ORIGINS if its pages may use this server.",
  });
}

function show(text: string): string {
  return JSON.stringify(shorten(text, 100));
}
