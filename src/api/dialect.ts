import type { TSchema } from "@sinclair/typebox";
import type { ErrorCode, OvError } from "../errors.ts";

/** One event of a streamed answer. A string is sent as it is, anything else as JSON. */
export interface StreamEvent {
  event?: string;
  data: string | object;
}

export interface RenderedError {
  status: number;
  headers: Record<string, string>;
  body: object;
}

/** A part of a contract that no route serves. */
export interface UnservedArea {
  /** The path of it and of all below it. */
  path: string;
  /** What it would do: `make images`. */
  does: string;
}

/**
 * A wire contract: what HTTP has to know of it apart from its routes. Errors of every stage are rendered by the dialect
 * of the route, or, where nothing is served, by the one whose prefix the path has.
 */
export interface Dialect {
  /** Paths that start with one of these are its own; the longest one decides. */
  prefixes: readonly string[];
  /**
   * What of the contract is not served. Requests for it end with 400: at a 404 LiteLLM takes the whole server out of use for
   * some seconds, and other clients blame the model's name.
   */
  unserved?: readonly UnservedArea[];
  /** The API key that a request carries; undefined where it has none. */
  readKey(headers: Headers): string | undefined;
  /** How to send a key, for the error of a request without one: `Authorization: Bearer <key>`. */
  keyHint: string;
  /** A header that only its clients send: it decides where several dialects serve a path, and where none has a prefix. */
  marker?: string;
  /** The header in which its clients look for the request's id, beside `x-request-id`. */
  idHeader?: string;
  /** Sent while a stream has nothing else to send; by default a comment, where its format has one. */
  keepAlive?: StreamEvent;
  renderError(error: OvError, requestId: string): RenderedError;
  /** What ends a stream that fails after its status has been sent. */
  renderStreamError(error: OvError, requestId: string): StreamEvent;
  /** The body of an error that has one of these codes, for /openapi.json. */
  describeError(codes: readonly ErrorCode[]): TSchema;
}

/** What HTTP itself says of an error (RFC 9110, sections 10.2.3 and 11.6.1), the same in every dialect. */
export function toErrorHeaders({ code, retryAfterSeconds }: OvError): Record<string, string> {
  return {
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    ...(code === "invalid_api_key" && { "www-authenticate": "Bearer" }),
  };
}

/** The key of an `Authorization: Bearer` (RFC 6750, section 2.1). */
export function readBearer(headers: Headers): string | undefined {
  return /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

/** The dialect of a request: that with the longest prefix that fits its path; where that is the first, the one it is marked for. */
export function findDialect(
  dialects: readonly [Dialect, ...Dialect[]],
  path: string,
  headers: Headers,
): Dialect {
  const fitting = dialects.flatMap((dialect) =>
    dialect.prefixes.filter((prefix) => path.startsWith(prefix)).map((prefix) => ({ dialect, prefix })),
  );
  const [longest] = fitting.sort((one, other) => other.prefix.length - one.prefix.length);
  const dialect = longest?.dialect ?? dialects[0];
  if (dialect !== dialects[0]) return dialect;
  return dialects.find((one) => isMarked(one, headers)) ?? dialect;
}

/** Whether the request's headers name that dialect. */
export function isMarked({ marker }: Dialect, headers: Headers): boolean {
  return marker !== undefined && headers.has(marker);
}
