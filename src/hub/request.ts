import { createAlarm, startAlarm } from "../alarm.ts";
import { type ErrorDetail, OvError, toReason } from "../errors.ts";
import type { HubAddress } from "./address.ts";

/** A request to the hub about one repository. */
export interface HubRequest {
  hub: HubAddress;
  /** `owner/name` */
  repo: string;
  /** Below the endpoint; starts with a slash. */
  path: string;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

/** Nothing has come for that long: the connection is dead. */
const silenceMs = 60_000;

/** The hub's answer. Throws `download_failed` when it refuses or cannot be reached, `signal`'s reason when that aborts. */
export async function askHub({ hub, repo, path, headers = {}, signal }: HubRequest): Promise<Response> {
  const bound = new AbortController();
  using _alarm = startAlarm(silenceMs, () => bound.abort(new Error("it does not answer")));
  try {
    const response = await fetch(`${hub.endpoint}${path}`, {
      headers: { ...headers, ...(hub.token !== null && { authorization: `Bearer ${hub.token}` }) },
      signal: AbortSignal.any([signal, bound.signal]),
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw toRefusal(hub, repo, response);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OvError) throw error;
    throw unreachable(hub, repo, error);
  }
}

/** Ends a wait for a server once nothing has come for that long; what is done with what came takes as long as it takes. */
export interface Silence {
  /** Aborts for that reason too. */
  signal: AbortSignal;
  /** Waits from now on. */
  listen(): void;
  /** The body as it comes: only the wait for each piece counts. Throws `toFailure` of what ends it early. */
  pieces(response: Response, toFailure: (cause: unknown) => OvError): AsyncGenerator<Uint8Array>;
  stop(): void;
}

export function watchSilence(signal: AbortSignal, milliseconds = silenceMs): Silence {
  const silence = new AbortController();
  const alarm = createAlarm(milliseconds, () => silence.abort(new Error("the connection went silent")));
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    listen: alarm.set,
    async *pieces({ body }, toFailure) {
      const reader = body?.getReader();
      try {
        for (;;) {
          alarm.set();
          const read = await reader?.read().catch((error: unknown) => {
            throw toFailure(error);
          });
          alarm.clear();
          if (read?.value === undefined) return;
          yield read.value;
        }
      } finally {
        await reader?.cancel().catch(() => {});
      }
    },
    stop: alarm[Symbol.dispose],
  };
}

/** The text of an answer; null: it has more bytes than `most`. Throws as `askHub`. */
export async function askForText(request: HubRequest, most: number): Promise<string | null> {
  const silence = watchSilence(request.signal);
  const response = await askHub({ ...request, signal: silence.signal });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    const fail = (cause: unknown) => unreachable(request.hub, request.repo, cause);
    for await (const chunk of silence.pieces(response, fail)) {
      bytes += chunk.byteLength;
      if (bytes > most) return null;
      chunks.push(chunk);
    }
  } catch (error) {
    request.signal.throwIfAborted();
    throw error;
  } finally {
    silence.stop();
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What the hub says in its headers; see `hf_raise_for_status` of its Python client. */
function toRefusal(hub: HubAddress, repo: string, { status, headers }: Response): OvError {
  const code = headers.get("x-error-code");
  const logIn = "set HF_TOKEN to a token of your account";
  if (/invalid credentials/i.test(headers.get("x-error-message") ?? "")) {
    return failed(repo, "the hub rejects your token", "Set HF_TOKEN to a valid one, or unset it.");
  }
  if (code === "GatedRepo" || status === 403) {
    const page = `${hub.endpoint}/${repo}`;
    const next = `Do that on ${page}, ${logIn}, then run it again.`;
    return failed(repo, "its owner requires that you accept the terms", next);
  }
  if (code === "RepoNotFound" || status === 401 || status === 404) {
    const why = `there is no such model on ${hub.endpoint}`;
    return failed(repo, why, `Check its name; if it is private, ${logIn}.`);
  }
  const why =
    status === 429
      ? `${hub.endpoint} allows no more requests for now`
      : `${hub.endpoint} answered with status ${status}`;
  const isPassing = status === 429 || status >= 500;
  return failed(repo, why, "Try again later.", isPassing ? { retryAfterSeconds: 1 } : {});
}

/** A connection that fails or falls silent: trying again may help. */
export function unreachable({ endpoint }: HubAddress, repo: string, cause: unknown): OvError {
  const why = `${endpoint} cannot be reached or does not answer (${toReason(cause)})`;
  const next = "Check the network (and HF_ENDPOINT), then run it again to continue.";
  return failed(repo, why, next, { retryAfterSeconds: 1, cause });
}

export function failed(repo: string, why: string, next?: string, detail: ErrorDetail = {}): OvError {
  const facts = { what: `Cannot download ${repo}`, why, ...(next === undefined ? {} : { next }) };
  return new OvError("download_failed", facts, detail);
}
