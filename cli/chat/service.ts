import { isIPv6 } from "node:net";
import { type LoadedSettings, loadSettings } from "../../src/config/load.ts";
import { OvError } from "../../src/errors.ts";
import { toAddress } from "../../src/library/local-address.ts";
import { readServiceState, unit } from "../../src/library/service.ts";
import { type Server, toServerUrl } from "../server.ts";
import { isListening, startMs, waitUntil } from "./listening.ts";

/** Between two looks at what systemd reports of a service that starts, in milliseconds. */
const stateMs = 1000;
/** A service that runs listens already: systemd reports that only then. */
const runningMs = 1500;

export interface ServiceOptions {
  server: Server;
  loaded: Pick<LoadedSettings, "variables">;
  signal: AbortSignal;
}

export type ServiceWay = "none" | "stopped" | "starts" | "runs";

/** What of the service may answer at that address; `none`: there is no service, or it was not meant. */
export async function readService({ server, loaded }: ServiceOptions): Promise<ServiceWay> {
  if (!isServedAt(server.url)) return "none";
  const state = await readServiceState(loaded.variables).catch(() => null);
  if (state === null) return "none";
  if (state.active === "active") return "runs";
  return ["activating", "reloading"].includes(state.active) ? "starts" : "stopped";
}

/**
 * Whether the service listens at that address of this machine. It reads the settings file alone: this shell's variables are not for it.
 * With a file that it cannot read, nowhere.
 */
function isServedAt(url: string): boolean {
  try {
    const { host, port } = loadSettings({ env: {} }).settings;
    const asked = toAddress(url);
    if (asked.port !== port) return false;
    if (host === "::" || (host === "0.0.0.0" && !isIPv6(asked.host))) return true;
    return toPlainHost(toAddress(toServerUrl(host, port)).host) === toPlainHost(asked.host);
  } catch {
    return false;
  }
}

/** Both mean the same, and people write either. */
const toPlainHost = (host: string) => (host === "localhost" ? "127.0.0.1" : host.toLowerCase());

/** Waits as long as it starts. Throws `server_unreachable` where it ends, takes too long, or runs without answering here. */
export async function waitForService(options: ServiceOptions, service: ServiceWay): Promise<void> {
  const { server, signal } = options;
  const answers = () => isListening(server);
  const deadline = performance.now() + startMs;
  let state = service;
  while (state === "starts" && performance.now() < deadline) {
    if (await waitUntil(answers, { signal, ms: stateMs })) return;
    state = await readService(options);
  }
  if (await waitUntil(answers, { signal, ms: state === "runs" ? runningMs : 0 })) return;
  throw toSilentService(server, state);
}

function toSilentService({ url }: Server, state: ServiceWay): OvError {
  if (state === "runs") {
    return new OvError("server_unreachable", {
      what: `The service ${unit} runs, but not at ${url}`,
      why: "its settings changed since it started",
      next: 'Let it read them with "ov-llm restart".',
    });
  }
  const what =
    state === "starts"
      ? `The service ${unit} is still starting after ${startMs / 1000} s`
      : `The service ${unit} ended before it answered at ${url}`;
  return new OvError("server_unreachable", { what, next: '"ov-llm logs" shows why.' });
}
