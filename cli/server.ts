import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ErrorBody } from "../src/api/openai/errors.ts";
import { readKeys } from "../src/config/keys.ts";
import { loadSettings } from "../src/config/load.ts";
import type { Settings } from "../src/config/settings.ts";
import { isErrorCode, OvError, toReason, toSystemCode } from "../src/errors.ts";
import { describeListener, type Listener } from "../src/library/local-address.ts";
import { toFlags } from "./args.ts";

export interface Server {
  url: string;
  apiKey: string | null;
  /** How the command line names it, for errors. */
  flags?: ServerFlags;
}

interface ServerFlags {
  address: string;
  key: string;
}

const ownFlags: ServerFlags = {
  address: "--host and --port",
  key: "Set OV_API_KEY to its key, or pass --api-key.",
};

/** The server that these settings start, as seen from this machine. */
export function toServer(settings: Pick<Settings, "host" | "port" | "apiKey" | "apiKeyFile">): Server {
  return { url: toServerUrl(settings.host, settings.port), apiKey: readKeys(settings)[0]?.key ?? null };
}

/** The server that a command's arguments (`toServerArgs`) name, else the settings. Throws `invalid_setting`. */
export function findServer(args: Record<string, unknown>): Server {
  const { settings } = loadSettings({ flags: toFlags(args) });
  const key = args["api-key"];
  if (typeof key !== "string" || key === "") return toServer(settings);
  return { url: toServerUrl(settings.host, settings.port), apiKey: key };
}

/**
 * Where to reach a server that listens on `host`: one on every interface is asked over loopback. A whole address, as of a
 * reverse proxy, stands for itself.
 */
export function toServerUrl(host: string, port: number): string {
  if (/^https?:\/\//.test(host)) return host.replace(/\/+$/, "");
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

export interface Question {
  method?: "GET" | "POST";
  /** Sent as JSON. */
  body?: unknown;
}

/**
 * `path` as JSON of that schema, whatever its status. Throws `server_unreachable` when nothing answers within
 * `seconds`, or something that is not an ov-llm of this API; what the server reports when it refuses.
 */
export async function askServer<Schema extends TSchema>(
  server: Server,
  path: string,
  schema: Schema,
  seconds: number,
  question: Question = {},
): Promise<Static<Schema>> {
  const response = await send(server, path, question, AbortSignal.timeout(seconds * 1000)).catch((error) => {
    throw toUnanswered(server, error, seconds);
  });
  const text = await readText(server, response).catch((error: unknown) => {
    throw error instanceof OvError ? error : toUnanswered(server, error, seconds);
  });
  const answer = readAnswer(server, response.status, text);
  if (Value.Check(schema, answer)) return answer;
  throw toForeign(server, path, response.status, text);
}

/**
 * POSTs `body` and gives the stream that answers it. Throws as `askServer`, and the signal's reason; the stream itself
 * fails when the signal aborts.
 */
export async function openAnswer(
  server: Server,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const response = await send(server, path, { method: "POST", body }, signal).catch((error) => {
    signal.throwIfAborted();
    throw toUnanswered(server, error);
  });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (response.ok && isStream && response.body !== null) return response.body;
  const text = await readText(server, response).catch(() => "");
  readAnswer(server, response.status, text);
  throw toForeign(server, path, response.status, text);
}

/** Far more than a list of many thousand models. */
const mostBytes = 32_000_000;

/** A whole answer. Throws `server_unreachable` for one that may have no end. */
async function readText(server: Server, { body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostBytes) {
      throw unreachable(
        `What answers at ${server.url} is not an ov-llm: it sends more than ${mostBytes} bytes.`,
      );
    }
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** The answer as JSON, undefined where it is none. Throws what the server reports when it refuses. */
function readAnswer(server: Server, status: number, text: string): unknown {
  if (status === 401) {
    const verdict = server.apiKey === null ? "requires an API key" : "rejected this API key";
    throw unreachable(`The server at ${server.url} ${verdict}. ${(server.flags ?? ownFlags).key}`);
  }
  const answer = parseJson(text);
  const refusal = Value.Check(ErrorBody, answer) ? answer.error : null;
  if (refusal?.code && isErrorCode(refusal.code)) throw new OvError(refusal.code, refusal.message);
  return answer;
}

function toForeign(server: Server, path: string, status: number, text: string): OvError {
  const listener = describeListener(server.url);
  return unreachable(
    `What answers at ${server.url}${path} is not an ov-llm of this version (status ${status}, ` +
      `${JSON.stringify(text.slice(0, 80))})${listener === null ? "" : `: ${listener.clause}`}. Name the right one with ${(server.flags ?? ownFlags).address}.`,
  );
}

async function send(
  server: Server,
  path: string,
  { method = "GET", body }: Question,
  signal: AbortSignal,
): Promise<Response> {
  const headers = {
    ...(server.apiKey === null ? {} : { Authorization: `Bearer ${server.apiKey}` }),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
  };
  // An HTTP_PROXY of the environment is for the world outside, not for this server. Bun's own limit of 5 minutes is not ours.
  const options = {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    proxy: false,
    redirect: "error",
    timeout: false,
    signal,
  } as const;
  return await fetch(server.url + path, options);
}

function toUnanswered(server: Server, error: unknown, seconds?: number): OvError {
  const isTimeout = error instanceof Error && error.name === "TimeoutError";
  const reason = isTimeout ? `nothing came within ${seconds} s` : toCause(error);
  const { address } = server.flags ?? ownFlags;
  const listener = isTimeout ? describeListener(server.url) : null;
  const start = `Start it with "ov-llm serve", or name another with ${address}.`;
  return unreachable(
    listener === null
      ? `No server answers at ${server.url} (${reason}). ${start}`
      : `No server answers at ${server.url} (${reason}), although ${listener.clause}. ${adviseOnSilent(listener, address)}`,
    error,
  );
}

/** What to do about a program that listens and does not answer. */
function adviseOnSilent({ isOwn }: Listener, address: string): string {
  return isOwn
    ? 'It is busy or hangs: try again; "ov-llm logs" shows why.'
    : `Stop that, or name another with ${address}.`;
}

/** Whether that error means that nothing listens at the address. */
export function isRefusedConnection(error: unknown): boolean {
  return error instanceof OvError && toSystemCode(error.cause) === "ECONNREFUSED";
}

function toCause(error: unknown): string {
  return toSystemCode(error) === "ECONNREFUSED" ? "connection refused" : toReason(error);
}

/** undefined: it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(message: string, cause?: unknown): OvError {
  return new OvError("server_unreachable", message, { cause });
}
