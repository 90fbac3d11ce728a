import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { OvError } from "../errors.ts";

/** The JSON body of a request, whatever content type it names. Throws `request_too_large` or `invalid_json`. */
export async function readJsonBody(request: Request, maxBytes: number): Promise<unknown> {
  return parseJson(decodeUtf8(await readBounded(request, maxBytes)));
}

async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
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
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OvError("invalid_json", `The request body is not valid JSON: ${locate(text)}.`, {
      cause: error,
    });
  }
}

/** Where and how the JSON breaks; the runtime's own error does not say where. */
function locate(text: string): string {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  } catch {
    return "it is nested too deeply";
  }
  const [first] = errors;
  if (!first) return "it cannot be parsed";
  const before = text.slice(0, first.offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  const what = printParseErrorCode(first.error)
    .replaceAll(/(?!^)([A-Z])/g, " $1")
    .toLowerCase();
  const near = JSON.stringify(text.slice(Math.max(0, first.offset - 20), first.offset + 20));
  return `${what} at line ${before.length}, column ${column}, near ${near}`;
}
