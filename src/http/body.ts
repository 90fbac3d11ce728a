import { printParseErrorCode, visit } from "jsonc-parser";
import { OvError } from "../errors.ts";

/** A body may come slowly, but not for ever: 32 MB in that time are 4 Mbit/s. */
const bodySeconds = 60;

/**
 * The JSON body of a request, whatever content type it names. Throws `request_too_large`, `request_timeout` or
 * `invalid_json`, and `client_closed_request` when the body ends early.
 */
export async function readJsonBody(
  request: Request,
  maxBytes: number,
  seconds = bodySeconds,
): Promise<unknown> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooSlow(seconds)), seconds * 1000);
  try {
    return parseJson(decodeUtf8(await Promise.race([readBounded(request, maxBytes), late.promise])));
  } finally {
    clearTimeout(timer);
  }
}

async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readChunks(request)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

async function* readChunks(request: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* request.body ?? [];
  } catch (error) {
    const message = "The connection was closed, or broke HTTP, before the request body was whole.";
    throw new OvError("client_closed_request", message, { cause: error });
  }
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

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new OvError("invalid_json", "The request body is not UTF-8 text: send JSON in UTF-8.");
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === "") {
    throw new OvError("invalid_json", "The request body is empty: send a JSON object.");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new OvError("invalid_json", `The request body is not valid JSON: ${locate(text)}.`, {
      cause: error,
    });
  }
  if (isTooDeep(value)) {
    throw new OvError("invalid_json", `The request body is nested too deeply: ${deepest} levels are taken.`);
  }
  return value;
}

/** Far more than any schema needs; the engine's own JSON reader ends at about a thousand. */
const deepest = 128;

function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
}

/** Where and how the JSON breaks; the runtime's own error does not say where. */
function locate(text: string): string {
  let broken: string | undefined;
  const onError = (error: number, offset: number, _length: number, line: number, column: number) => {
    const what = printParseErrorCode(error)
      .replaceAll(/(?!^)([A-Z])/g, " $1")
      .toLowerCase();
    const near = JSON.stringify(text.slice(Math.max(0, offset - 20), offset + 20));
    broken = `${what} at line ${line + 1}, column ${column + 1}, near ${near}`;
    // The only way to end the visit: text that is no JSON at all has an error at every word.
    throw new Error(broken);
  };
  try {
    visit(text, { onError }, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return broken ?? "it is nested too deeply";
  }
  return "it cannot be parsed";
}
