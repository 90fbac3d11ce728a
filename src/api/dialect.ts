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

/**
 * A wire contract: what HTTP has to know of it apart from its routes. Errors of every stage are rendered by the dialect
 * of the route, or, where nothing is served, by the one whose prefix the path has.
 */
export interface Dialect {
  name: string;
  /** Paths that start with one of these are its own; the longest one decides. */
  prefixes: readonly string[];
  /** The API key that a request carries; undefined where it has none. */
  readKey(headers: Headers): string | undefined;
  /** How to send a key, for the error of a request without one: `Authorization: Bearer <key>`. */
  keyHint: string;
  renderError(error: OvError): RenderedError;
  /** What ends a stream that fails after its status has been sent. */
  renderStreamError(error: OvError): StreamEvent;
  /** The body of an error that has one of these codes, for /openapi.json. */
  describeError(codes: readonly ErrorCode[]): TSchema;
}

/** The dialect of a path: that with the longest prefix that fits, else the first. */
export function findDialect(dialects: readonly [Dialect, ...Dialect[]], path: string): Dialect {
  const fitting = dialects.flatMap((dialect) =>
    dialect.prefixes.filter((prefix) => path.startsWith(prefix)).map((prefix) => ({ dialect, prefix })),
  );
  const [longest] = fitting.sort((one, other) => other.prefix.length - one.prefix.length);
  return longest?.dialect ?? dialects[0];
}
