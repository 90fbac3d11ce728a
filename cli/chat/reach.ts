import { Type } from "@sinclair/typebox";
import type { LoadedSettings } from "../../src/config/load.ts";
import { toChatServerLog } from "../../src/config/paths.ts";
import { isLoopback } from "../../src/config/warnings.ts";
import { OvError } from "../../src/errors.ts";
import { isThisMachine, toAddress } from "../../src/library/local-address.ts";
import { type OwnServer, startOwnServer } from "../../src/library/own-server.ts";
import { actOnService, unit } from "../../src/library/service.ts";
import { confirm, isInteractive } from "../confirm.ts";
import { askServer, type Server } from "../server.ts";
import { isListening, startMs, waitUntil } from "./listening.ts";
import { readService, type ServiceWay, waitForService } from "./service.ts";

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

const notOurs: Reached = { release: async () => {} };

/**
 * Makes sure that a server listens. Where none does, on this machine, it starts one, after a question on the terminal or with
 * `start`: the service where there is one, else a server that lives only as long as the chat. Throws `server_unreachable` with the next step, and the signal's reason.
 */
export async function reachServer(options: ReachOptions): Promise<Reached> {
  const { server, loaded, start, signal, report } = options;
  // A path is a proxy's: no server of ours would answer below it.
  const mayStart = isThisMachine(server.url) && new URL(server.url).pathname === "/";
  if (!mayStart || (await isListening(server))) return notOurs;
  const service = await readService(options);
  if (service === "starts" || service === "runs") {
    if (service === "starts") report(`The service ${unit} is starting.`);
    await waitForService(options, service);
    return notOurs;
  }
  const mayAsk = start || isInteractive();
  const openness = mayAsk && service === "none" ? findOpenness(options) : null;
  if (openness !== null) report(`Warning: ${openness}`);
  const question =
    service === "stopped"
      ? `The service ${unit} is stopped. Start it?`
      : `No server runs at ${server.url}. Start one for this chat?`;
  const isWanted = mayAsk && (start || (await confirm(question, signal, true)));
  if (!isWanted) throw toSilent(server, service);
  if (service === "stopped") {
    await actOnService("start", loaded.variables);
    await waitForService(options, await readService(options));
    return notOurs;
  }
  return await startForChat(options);
}

/** Who may use the server of this chat beside it, as a sentence; null: nobody on another machine without a key. */
function findOpenness({ server: { url }, loaded: { settings } }: ReachOptions): string | null {
  const hasKey = settings.apiKey !== null || settings.apiKeyFile !== null;
  if (hasKey || isLoopback(toAddress(url).host)) return null;
  return `everyone who reaches this machine can use a server at ${url}: set OV_API_KEY to require a key.`;
}

async function startForChat({ server, loaded, signal, report }: ReachOptions): Promise<Reached> {
  const { variables } = loaded;
  const address = toAddress(server.url);
  report(`Starting a server at ${server.url}, which ends with this chat.`);
  const logPath = toChatServerLog(variables, address.port);
  const own = startOwnServer({ ...address, variables, logPath });
  try {
    if ((await waitForOwn(own, server, signal)) === "another") {
      report(`Another server answers at ${server.url} by now: this chat uses that one.`);
      return notOurs;
    }
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

/** Which server answers: of two chats that start one at once, only the first one's can listen. Throws `server_unreachable`. */
async function waitForOwn(own: OwnServer, server: Server, signal: AbortSignal): Promise<"own" | "another"> {
  const isReady = await waitUntil(async () => own.hasEnded() || (await readPid(server)) === own.pid, {
    signal,
    ms: startMs,
    hint: own.exited,
  });
  if (isReady && !own.hasEnded()) return "own";
  if (own.hasEnded() && (await isListening(server))) return "another";
  throw new OvError("server_unreachable", {
    what: `The server for this chat ${isReady ? "ended at once" : `does not answer after ${startMs / 1000} s`}`,
    why: own.findTrouble() ?? "it wrote no error",
    next: `Its log is in ${quote(own.logPath)}.`,
  });
}

/** Of the server that answers there; null: none does. */
async function readPid(server: Server): Promise<number | null> {
  const health = await askServer(server, "/health", Type.Object({ pid: Type.Integer() }), 2).catch(
    () => null,
  );
  return health?.pid ?? null;
}

function toSilent({ url }: Server, service: ServiceWay): OvError {
  const next =
    service === "stopped"
      ? `The service ${unit} is stopped: start it with "ov-llm start", or pass --start.`
      : 'Start it with "ov-llm serve", or pass --start to run one for this command; --host and --port name another.';
  const message = `No server answers at ${url} (connection refused). ${next}`;
  return new OvError("server_unreachable", message);
}

const quote = (text: string) => JSON.stringify(text);
