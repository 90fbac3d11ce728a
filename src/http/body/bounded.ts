import { startAlarm } from "../../alarm.ts";
import { OvError } from "../../errors.ts";
import { findUnpacker } from "./encoding.ts";

/** A body with a stated length up to this is read whole: streaming it would take a fifth of the daemon's time for a short request. */
const small = 64 * 1024;
/** A body may arrive slowly, but not forever: 32 MB in that time are 4 Mbit/s. */
const bodySeconds = 60;

/**
 * The bytes of a request's body, unpacked. Throws `request_too_large` (also for what is too large when unpacked),
 * `unsupported_media_type` for an unknown coding, `request_timeout`, and `client_closed_request` if the body
 * ends early.
 */
export async function readBytes(
  request: Request,
  maxBytes: number,
  seconds = bodySeconds,
): Promise<Uint8Array<ArrayBuffer>> {
  const unpack = findUnpacker(request.headers);
  const late = Promise.withResolvers<never>();
  using _alarm = startAlarm(seconds * 1000, () => late.reject(tooSlow(seconds)));
  const bytes = await Promise.race([readBounded(request, maxBytes), late.promise]);
  if (unpack === null) return bytes;
  const unpacked = await unpack(bytes, maxBytes);
  if (unpacked === null) throw tooLarge(maxBytes);
  return unpacked;
}

async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const stated = readStatedLength(request.headers);
  if (stated !== null && stated > maxBytes) throw tooLarge(maxBytes);
  if (stated !== null && stated <= small) return await readWhole(request, maxBytes);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of readChunks(request)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** How many bytes the client has announced; null: it sends chunks until they end. */
function readStatedLength(headers: Headers): number | null {
  const length = headers.get("transfer-encoding") === null ? headers.get("content-length") : null;
  return length === null ? null : Number(length);
}

async function* readChunks(request: Request): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* request.body ?? [];
  } catch (error) {
    throw closed(error);
  }
}

async function readWhole(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = await request.arrayBuffer().catch((error: unknown) => {
    throw closed(error);
  });
  if (buffer.byteLength > maxBytes) throw tooLarge(maxBytes);
  return new Uint8Array(buffer);
}

function closed(cause: unknown): OvError {
  const message = "The connection was closed, or broke HTTP, before the request body was whole.";
  return new OvError("client_closed_request", message, { cause });
}

function tooSlow(seconds: number): OvError {
  return new OvError("request_timeout", `The request body did not come within ${seconds} s: send it faster.`);
}

function tooLarge(maxBytes: number): OvError {
  return new OvError(
    "request_too_large",
    `The request body is larger than ${maxBytes} bytes: shorten it, or raise OV_MAX_BODY on the server.`,
  );
}
