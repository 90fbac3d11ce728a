import type { Upload } from "../../api/route.ts";
import { OvError } from "../../errors.ts";
import { readBytes } from "./bounded.ts";

/** Far more than any form has; each part costs memory beyond its bytes. */
const mostParts = 200;
/** The most bytes of one part's headers. */
const mostHeaders = 8 * 1024;

export type FormValue = string | Upload;
export type Form = Record<string, FormValue | FormValue[]>;

/**
 * The parts of a multipart/form-data body (RFC 7578) by name. Everything is bounded before it is split: the whole by
 * `maxBytes`, hence each part, and their number. Files are views of the body, never copies: copying 30 MB would block the
 * event loop. Throws `invalid_request`, and what `readBytes` does.
 */
export async function readMultipartBody(request: Request, maxBytes: number, seconds?: number): Promise<Form> {
  const boundary = findBoundary(request.headers.get("content-type") ?? "");
  const bytes = await readBytes(request, maxBytes, seconds);
  const form: Form = Object.create(null);
  for (const { name, value } of readParts(bytes, `--${boundary}`)) {
    const before = form[name];
    form[name] = before === undefined ? value : [before, value].flat();
  }
  return form;
}

function findBoundary(contentType: string): string {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary !== undefined) return boundary;
  const given = contentType === "" ? "none was sent" : `it is ${JSON.stringify(contentType.slice(0, 100))}`;
  throw invalid(`The content type must be multipart/form-data with its boundary, but ${given}.`);
}

/** The parts between the delimiters (RFC 2046, section 5.1.1). */
function* readParts(
  bytes: Uint8Array<ArrayBuffer>,
  mark: string,
): Generator<{ name: string; value: FormValue }> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const delimiter = `\r\n${mark}`;
  let at = text.subarray(0, mark.length).equals(Buffer.from(mark)) ? 0 : text.indexOf(delimiter) + 2;
  if (at === 1) throw broken();
  for (let count = 1; ; count += 1) {
    at += mark.length;
    if (text.toString("latin1", at, at + 2) === "--") return;
    // White space may follow a delimiter.
    const start = text.indexOf("\r\n", at);
    const end = text.indexOf(delimiter, start);
    if (start === -1 || end === -1) throw broken();
    if (count > mostParts) throw invalid(`The request body has more than ${mostParts} parts: send fewer.`);
    yield readPart(bytes.subarray(start + 2, end));
    at = end + 2;
  }
}

function readPart(part: Uint8Array<ArrayBuffer>): { name: string; value: FormValue } {
  const text = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  const end = text.subarray(0, mostHeaders).indexOf("\r\n\r\n");
  if (end === -1) throw broken();
  const headers = text.toString("utf8", 0, end);
  const disposition = findHeader(headers, "content-disposition");
  const name = findParameter(disposition, "name");
  if (name === undefined) throw broken();
  const content = part.subarray(end + 4);
  const file = findParameter(disposition, "filename");
  if (file === undefined) return { name, value: Buffer.from(content).toString("utf8") };
  const contentType = findHeader(headers, "content-type") || "application/octet-stream";
  return { name, value: { name: file, contentType, bytes: content } };
}

function findHeader(headers: string, name: string): string {
  const line = headers.split("\r\n").find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? "";
}

/** Browsers write quotes and line ends of a name as `%22`, `%0D%0A` (WHATWG HTML, "multipart form data"), others with `\`. */
function findParameter(disposition: string, name: string): string | undefined {
  const [, quoted, plain] =
    new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, "i").exec(disposition) ?? [];
  return (
    plain ?? quoted?.replace(/\\(["\\])/g, "$1").replace(/%(22|0D|0A)/gi, (code) => decodeURIComponent(code))
  );
}

function broken(): OvError {
  const what = "The request body is not the multipart/form-data that its content type promises";
  return new OvError("invalid_request", { what, next: "Let your HTTP client build it." });
}

function invalid(message: string): OvError {
  return new OvError("invalid_request", message);
}
