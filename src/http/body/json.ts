import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { toInvalidRequest } from "../../api/validation.ts";
import { OvError } from "../../errors.ts";
import { listRounded, type Rounded, recall } from "../../json/exact.ts";
import { readBytes } from "./bounded.ts";
import { parseJson } from "./parse.ts";
import { fromPortable, type PortableSchema, toPortable } from "./portable-schema.ts";

/** Larger bodies are read off the event loop. Reading one of this size, errors included, takes up to 20 ms. */
const large = 64 * 1024;

/** A body to read off the daemon's event loop. */
export interface LargeBody {
  bytes: Uint8Array<ArrayBuffer>;
  schema: PortableSchema;
}

/** Its value, with what its copy would lose. */
export interface ReadBody {
  body: unknown;
  rounded: Rounded[];
}

export interface JsonBodyOptions {
  maxBytes: number;
  schema: TSchema;
  /** Absent: all are read on the event loop. */
  readLarge?: ((body: LargeBody) => Promise<ReadBody>) | undefined;
  seconds?: number;
}

/** Content types that clients send with JSON: none, the right one, and the defaults of curl, fetch and aiohttp. */
const types = [
  /^application\/([\w.-]+\+)?json$/,
  /^application\/x-www-form-urlencoded$/,
  /^application\/octet-stream$/,
  /^text\/plain$/,
];

/** Throws `unsupported_media_type` for a body of another type than JSON. */
export function checkJsonType(headers: Headers): void {
  const [given = ""] = (headers.get("content-type") ?? "").split(";");
  const type = given.trim().toLowerCase();
  if (type === "" || types.some((known) => known.test(type))) return;
  throw new OvError("unsupported_media_type", {
    what: `A body of type ${JSON.stringify(type.slice(0, 100))} is not served here`,
    next: 'Send JSON with "Content-Type: application/json".',
  });
}

/** The JSON body of a request. Throws `invalid_json`, and what `readBytes` does; a large one is also checked. */
export async function readJsonBody(request: Request, options: JsonBodyOptions): Promise<unknown> {
  const { maxBytes, seconds, schema, readLarge } = options;
  const bytes = await readBytes(request, maxBytes, seconds);
  if (bytes.byteLength <= large || !readLarge) return parseJson(bytes);
  const { body, rounded } = await readLarge({ bytes, schema: toPortable(schema) });
  recall(body, rounded);
  return body;
}

/** A thread's work for a large body: finding what is wrong in it takes longer than finding that it is valid. */
export function readLargeBody({ bytes, schema: portable }: LargeBody): ReadBody {
  const body = parseJson(bytes);
  const schema = fromPortable(portable);
  if (!Value.Check(schema, body)) throw toInvalidRequest(schema, body);
  return { body, rounded: listRounded(body) };
}
