import { lookup } from "node:dns/promises";
import { startAlarm } from "../alarm.ts";
import { OvError, shorten, toReason } from "../errors.ts";
import { isPublicAddress } from "./addresses.ts";
import type { NamedImage } from "./images.ts";

export interface ImageFetchOptions {
  /** OV_MEDIA_DOMAINS: hosts; with a leading dot, all hosts below one. */
  domains: readonly string[];
  /** The most bytes of an image; default: 32 MB. */
  mostBytes?: number;
  /** Seconds for the whole fetch; default: 20. */
  seconds?: number;
  /** The IP addresses of a host. */
  resolve?: (host: string) => Promise<readonly string[]>;
  /** Which addresses may be asked; default: public ones. */
  mayAsk?: (address: string) => boolean;
  /** Certificates to trust in addition to the system's. */
  ca?: string;
}

/** The most redirects to follow; each target has to be allowed itself. */
const mostRedirects = 3;

/** What an error says of an address: the client's own, or one that a server of it redirects to. */
interface Origin {
  is: string;
  isOn: string;
  isRedirect: boolean;
}
const asked: Origin = { is: "is", isOn: "is on", isRedirect: false };
const redirected: Origin = { is: "redirects to", isOn: "redirects to", isRedirect: true };

/**
 * Fetches images only from hosts that the operator allows: it connects to the very address that was
 * checked, so that the name cannot resolve to another one a moment later.
 */
export function createImageFetch(options: ImageFetchOptions) {
  const { mostBytes = 32 * 2 ** 20, seconds = 20, mayAsk = isPublicAddress, resolve = resolveAll } = options;

  /** Throws if the operator does not allow it. */
  function toAllowed(url: URL | null, at: string, origin: Origin): URL {
    if (url === null || !/^https?:$/.test(url.protocol)) throw refused(at, toSchemeFault(url, origin));
    if (url.username !== "" || url.password !== "")
      throw refused(at, `${origin.is} an address with a password`);
    const allows = (domain: string) =>
      domain.startsWith(".") ? url.hostname.endsWith(domain) : url.hostname === domain;
    if (options.domains.some((domain) => allows(domain.toLowerCase()))) return url;
    const host = JSON.stringify(shorten(url.hostname, 200));
    throw refused(at, `${origin.isOn} the host ${host}, which OV_MEDIA_DOMAINS does not allow`);
  }

  async function ask(url: URL, at: string, origin: Origin, signal: AbortSignal): Promise<Response> {
    signal.throwIfAborted();
    const resolving = resolve(url.hostname).catch((error: unknown) => {
      throw failed(at, toReason(error), error);
    });
    const found = await unlessAborted(resolving, signal);
    const [address] = found;
    if (address === undefined) throw failed(at, "its host has no address");
    if (!found.every(mayAsk)) throw refused(at, `${origin.isOn} a host with a private address`);
    const direct = new URL(url);
    direct.hostname = address.includes(":") ? `[${address}]` : address;
    return await fetch(direct, {
      headers: { host: url.host, accept: "image/png, image/jpeg, image/webp, image/gif" },
      redirect: "manual",
      tls: { serverName: url.hostname, ...(options.ca !== undefined && { ca: options.ca }) },
      signal,
    });
  }

  async function follow(text: string, at: string, signal: AbortSignal): Promise<Response> {
    let origin = asked;
    let url = toAllowed(URL.parse(text), at, origin);
    for (let left = mostRedirects; left >= 0; left--) {
      const response = await ask(url, at, origin, signal);
      if (response.ok) return response;
      await response.body?.cancel();
      const next = response.headers.get("location");
      const isRedirect = response.status >= 300 && response.status < 400 && next !== null;
      if (!isRedirect) throw failed(at, `its host answers with status ${response.status}`);
      origin = redirected;
      url = toAllowed(URL.parse(next, url.href), at, origin);
    }
    throw failed(at, "its host redirects too often");
  }

  /** Throws `invalid_request` and `unsupported_parameter` that name the image, and the signal's reason. */
  return async function* fetchImage(
    { url, at }: NamedImage,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const late = new AbortController();
    using _alarm = startAlarm(seconds * 1000, () => late.abort());
    const bound = AbortSignal.any([signal, late.signal]);
    let bytes = 0;
    try {
      const response = await follow(url, at, bound);
      for await (const piece of response.body ?? []) {
        bytes += piece.byteLength;
        if (bytes > mostBytes) throw failed(at, `it has more than ${mostBytes} bytes`);
        yield piece;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OvError) throw error;
      throw failed(at, bound.aborted ? `it took longer than ${seconds} s` : toReason(error), error);
    }
  };
}

/** The result, or the reason of the signal, which has not aborted yet: nothing cancels the system's resolver, which waits long for name servers. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const leave = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

async function resolveAll(host: string): Promise<string[]> {
  const found = await lookup(host.replace(/^\[(.*)\]$/, "$1"), { all: true });
  return found.map(({ address }) => address);
}

/** The target of a redirect is not quoted: it may hold a password. */
function toSchemeFault(url: URL | null, { isRedirect }: Origin): string {
  if (!isRedirect) return "is no data URL and no http(s) address";
  if (url === null) return "redirects to an address that is not valid";
  const scheme = JSON.stringify(shorten(url.protocol, 40));
  return `redirects to an address that starts with ${scheme}, but only http(s) is fetched`;
}

function refused(at: string, why: string): OvError {
  const next = 'Send the image itself, as "data:image/…;base64,…".';
  return new OvError("unsupported_parameter", { what: `"${at}" ${why}`, next }, { param: at });
}

function failed(at: string, why: string, cause?: unknown): OvError {
  const next = "Check the address, or send the image itself.";
  return new OvError("invalid_request", { what: `Cannot fetch "${at}"`, why, next }, { param: at, cause });
}
