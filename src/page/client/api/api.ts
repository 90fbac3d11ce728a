import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ErrorBody } from "./schemas.ts";
import { readEvents, type SseEvent } from "./sse.ts";

/** What the server answered instead, or that it did not; its message is for the reader. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface Api {
  /** GET. Rejects with an ApiError, or the browser's own error where the server cannot be reached. */
  get<T extends TSchema>(path: string, schema: T): Promise<Static<T>>;
  getText(path: string): Promise<string>;
  /** What somebody asked for: rejects with an ApiError where the server cannot be reached, too. */
  post<T extends TSchema>(path: string, schema: T, body?: object): Promise<Static<T>>;
  /**
   * The events of an answer, until it ends or the signal aborts. Without a body they never end: then it rejects where the
   * connection is silent for so long that it must be dead.
   */
  stream(path: string, signal: AbortSignal, body?: object): AsyncGenerator<SseEvent>;
}

export interface ApiOptions {
  readKey: () => string | null;
  /** The server asked for a key, or refused the one that was sent. */
  onKeyRefused: () => void;
}

/** What the page asks to be up to date has ids that start with it. */
export const ownPrefix = "page-";

/** In milliseconds. The server sends a comment after 10 seconds in which nothing happens. */
const longestSilence = 45_000;

/** The server's public API, from which this page came. */
export function createApi({ readKey, onKeyRefused }: ApiOptions): Api {
  const tab = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let asked = 0;

  async function send(path: string, init: RequestInit): Promise<Response> {
    const key = readKey();
    const headers = new Headers(init.headers);
    if (init.method === undefined) headers.set("x-request-id", `${ownPrefix}${tab}-${++asked}`);
    if (key !== null) headers.set("authorization", `Bearer ${key}`);
    const response = await fetch(path, { ...init, headers }).catch((error: unknown) => {
      throw init.method === "POST" && !init.signal?.aborted ? unreachable() : error;
    });
    if (response.ok) return response;
    if (response.status === 401) onKeyRefused();
    throw new ApiError(response.status, await readMessage(response));
  }

  return {
    get: async (path, schema) => await readJson(await send(path, {}), schema),
    getText: async (path) => await (await send(path, {})).text(),
    post: async (path, schema, body) => await readJson(await send(path, toPost(body)), schema),
    async *stream(path, signal, body) {
      const response = await send(path, { ...(body && toPost(body)), signal });
      if (response.body !== null) yield* readEvents(response.body, body ? null : longestSilence);
    },
  };
}

function toPost(body?: object): RequestInit {
  if (body === undefined) return { method: "POST" };
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

async function readJson<T extends TSchema>(response: Response, schema: T): Promise<Static<T>> {
  const body: unknown = await response.json();
  if (Value.Check(schema, body)) return body;
  throw new ApiError(
    response.status,
    "The server's answer has a format that this page does not know: reload the page.",
  );
}

async function readMessage(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  if (Value.Check(ErrorBody, body)) return body.error.message;
  return `The server answered with status ${response.status}.`;
}

function unreachable(): ApiError {
  return new ApiError(0, "The server cannot be reached. Check that it runs, then try again.");
}
