import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ErrorBody } from "../src/api/openai/errors.ts";
import { readKeys } from "../src/config/keys.ts";
import type { Settings } from "../src/config/settings.ts";
import { isErrorCode, OvError } from "../src/errors.ts";

export interface Server {
  url: string;
  apiKey: string | null;
}

/** The server that these settings start, as seen from this machine. */
export function toServer(settings: Pick<Settings, "host" | "port" | "apiKey" | "apiKeyFile">): Server {
  return { url: toServerUrl(settings.host, settings.port), apiKey: readKeys(settings)[0]?.key ?? null };
}

/** Where to reach a server that listens on `host`: one on every interface is asked over loopback. */
export function toServerUrl(host: string, port: number): string {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const reachable = bare === "0.0.0.0" ? "127.0.0.1" : bare === "::" ? "::1" : bare;
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
  const { status, text } = await send(server, path, seconds, question);
  if (status === 401) {
    const verdict = server.apiKey === null ? "requires an API key" : "rejected this API key";
    throw unreachable(`The server at ${server.url} ${verdict}. Set OV_API_KEY to its key.`);
  }
  const answer = parseJson(text);
  const refusal = Value.Check(ErrorBody, answer) ? answer.error : null;
  if (refusal?.code && isErrorCode(refusal.code)) throw new OvError(refusal.code, refusal.message);
  if (Value.Check(schema, answer)) return answer;
  throw unreachable(
    `What answers at ${server.url}${path} is not an ov-llm of this version (status ${status}, ` +
      `${JSON.stringify(text.slice(0, 80))}). Name the right one with --host and --port.`,
  );
}

async function send(
  server: Server,
  path: string,
  seconds: number,
  { method = "GET", body }: Question,
): Promise<{ status: number; text: string }> {
  const headers = {
    ...(server.apiKey === null ? {} : { Authorization: `Bearer ${server.apiKey}` }),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
  };
  try {
    // An HTTP_PROXY of the environment is for the world outside, not for this server.
    const options = {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      proxy: false,
      redirect: "error",
      signal: AbortSignal.timeout(seconds * 1000),
    } as const;
    const response = await fetch(server.url + path, options);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    const reason = isTimeout ? `nothing came within ${seconds} s` : toReason(error);
    throw unreachable(
      `No server answers at ${server.url} (${reason}). Start it with "ov-llm serve", or name another with --host and --port.`,
      error,
    );
  }
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && error.code === "ECONNREFUSED" ? "connection refused" : error.message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(message: string, cause?: unknown): OvError {
  return new OvError("server_unreachable", message, { cause });
}
