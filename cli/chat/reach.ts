import { Type } from "@sinclair/typebox";
import type { LoadedSettings } from "../../src/config/load.ts";
import { toChatServerLog } from "../../src/config/paths.ts";
import { OvError } from "../../src/errors.ts";
import { isThisMachine } from "../../src/library/local-address.ts";
import { type OwnServer, startOwnServer } from "../../src/library/own-server.ts";
import { actOnService, readServiceState, unit } from "../../src/library/service.ts";
import { confirm, isInteractive } from "../confirm.ts";
import { askServer, findServer, isRefusedConnection, type Server } from "../server.ts";
import { pause } from "./wait.ts";

/** How long a server that starts may take until it answers, in milliseconds. */
const startMs = 60_000;
const lookMs = 100;

export interface ReachOptions {
  server: Server;
  loaded: Pick<LoadedSettings, "settings" | "variables">;
  /** Start one without a question where none runs. */
  start: boolean;
  signal: AbortSignal;
  report: (sentence: string) => void;
}

/** A server that answers. */
export interface Reached {
  /** Ends it where it was started for this chat alone. */
  release(): Promise<void>;
}

/**
 * Makes sure that a server listens. Where none does, on this machine, it starts one, after a question on the terminal or with
 * `start`: the service where there is one, else a server that lives only as long as the chat. Throws `server_unreachable` with the next step, and the signal's reason.
 */
export async function reachServer(options: ReachOptions): Promise<Reached> {
  const { server, loaded, start, signal, report } = options;
  const problem = await findSilence(server);
  if (problem === null || !isThisMachine(server.url)) return { release: async () => {} };
  const service = await readService(options);
  if (service === "starts" || service === "runs") {
    if (service === "starts") report(`The service ${unit} is starting.`);
    await waitForService(options);
    return { release: async () => {} };
  }
  const question =
    service === "stopped"
      ? `The service ${unit} is stopped. Start it?`
      : `No server runs at ${server.url}. Start one for this chat?`;
  const isWanted = start || (isInteractive() && (await confirm(question, signal, true)));
  if (!isWanted) throw toSilent(server, service);
  if (service === "stopped") {
    await actOnService("start", loaded.variables);
    await waitForService(options);
    return { release: async () => {} };
  }
  return await startForChat(options);
}

/** What is thrown where nothing listens; null: something does, whatever it answers. */
async function findSilence(server: Server): Promise<OvError | null> {
  try {
    await askServer(server, "/health/live", Type.Unknown(), 10);
    return null;
  } catch (error) {
    return error instanceof OvError && isRefusedConnection(error) ? error : null;
  }
}

type ServiceWay = "none" | "stopped" | "starts" | "runs";

/** What of the service may answer at that address; `none`: there is no service, or it was not meant. */
async function readService({ server, loaded }: ReachOptions): Promise<ServiceWay> {
  if (findServer({}).url !== server.url) return "none";
  const state = await readServiceState(loaded.variables).catch(() => null);
  if (state === null) return "none";
  if (state.active === "active") return "runs";
  return ["activating", "reloading"].includes(state.active) ? "starts" : "stopped";
}

async function waitForService({ server, signal }: ReachOptions): Promise<void> {
  if (await waitUntil(async () => (await findSilence(server)) === null, signal)) return;
  throw new OvError("server_unreachable", {
    what: `The service ${unit} runs, but no server answers at ${server.url}`,
    next: '"ov-llm logs" shows where it listens, or what is wrong.',
  });
}

async function startForChat({ server, loaded, signal, report }: ReachOptions): Promise<Reached> {
  const { hostname, port } = new URL(server.url);
  const { variables } = loaded;
  const address = { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || 80) };
  report(`Starting a server at ${server.url}, which ends with this chat.`);
  const logPath = toChatServerLog(variables, address.port);
  const own = startOwnServer({ ...address, variables, logPath });
  try {
    await waitForOwn(own, server, signal);
  } catch (error) {
    await own.stop();
    throw error;
  }
  return {
    async release() {
      if (own.hasEnded()) report(`The server of this chat ended early; its log is in ${quote(logPath)}.`);
      await own.stop();
    },
  };
}

async function waitForOwn(own: OwnServer, server: Server, signal: AbortSignal): Promise<void> {
  const isReady = await waitUntil(
    async () => own.hasEnded() || (await findSilence(server)) === null,
    signal,
    own.exited,
  );
  if (isReady && !own.hasEnded()) return;
  throw new OvError("server_unreachable", {
    what: `The server for this chat ${isReady ? "ended at once" : `does not answer after ${startMs / 1000} s`}`,
    why: own.findTrouble() ?? "it wrote no error",
    next: `Its log is in ${quote(own.logPath)}.`,
  });
}

/** False: not within the time. Looks again at once when `hint` resolves. Throws the signal's reason. */
async function waitUntil(
  isTrue: () => Promise<boolean>,
  signal: AbortSignal,
  hint: Promise<unknown> = new Promise(() => {}),
): Promise<boolean> {
  const deadline = performance.now() + startMs;
  while (!(await isTrue())) {
    signal.throwIfAborted();
    if (performance.now() > deadline) return false;
    await Promise.race([pause(lookMs, signal), hint]);
  }
  signal.throwIfAborted();
  return true;
}

function toSilent({ url }: Server, service: ServiceWay): OvError {
  const next =
    service === "stopped"
      ? `The service ${unit} is stopped: start it with "ov-llm start", or with --start of this command.`
      : 'Start it with "ov-llm serve", or with --start of this command for as long as it runs; --host and --port name another.';
  const message = `No server answers at ${url} (connection refused). ${next}`;
  return new OvError("server_unreachable", message);
}

const quote = (text: string) => JSON.stringify(text);
