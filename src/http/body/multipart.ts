import type { Upload } from "../../api/route.ts";
import { OvError } from "../../errors.ts";
import { readBytes } from "./bounded.ts";

/** Far more than any form has: each one costs memory beyond its bytes. */
const mostParts = 200;

export type FormValue = string | Upload;
export type Form = Record<string, FormValue | FormValue[]>;

/**
 * The parts of a multipart/form-data body (RFC 7578) by name, files in memory. Everything is bounded before it is
 * parsed: the whole by `maxBytes`, and so each part, and their number. Throws `invalid_request`, and what `readBytes` does.
 */
export async function readMultipartBody(request: Request, maxBytes: number, seconds?: number): Promise<Form> {
  const contentType = request.headers.get("content-type") ?? "";
  const boundary = findBoundary(contentType);
  const bytes = await readBytes(request, maxBytes, seconds);
  if (countParts(bytes, boundary) > mostParts) {
    throw invalid(`The request body has more than ${mostParts} parts: send fewer.`);
  }
  return await toForm(bytes, contentType);
}

function findBoundary(contentType: string): string {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary !== undefined) return boundary;
  const given = contentType === "" ? "none was sent" : `it is ${JSON.stringify(contentType.slice(0, 100))}`;
  throw invalid(`The content type must be multipart/form-data with its boundary, but ${given}.`);
}

function countParts(bytes: Uint8Array, boundary: string): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = `--${boundary}`;
  let parts = 0;
  for (let at = text.indexOf(mark); at !== -1 && parts <= mostParts + 1; at = text.indexOf(mark, at + 1)) {
    parts += 1;
  }
  // The last one ends the form.
  return parts - 1;
}

async function toForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<Form> {
  const response = new Response(bytes, { headers: { "content-type": contentType } });
  const data = await response.formData().catch((cause: unknown) => {
    const what = "The request body is not the multipart/form-data that its content type promises";
    throw new OvError("invalid_request", { what, next: "Let your HTTP client build it." }, { cause });
  });
  const form: Form = Object.create(null);
  for (const [name, entry] of data) {
    const value = typeof entry === "string" ? entry : await toUpload(entry);
    const before = form[name];
    form[name] = before === undefined ? value : [before, value].flat();
  }
  return form;
}

async function toUpload(file: File): Promise<Upload> {
  return { name: file.name, contentType: file.type, bytes: await file.bytes() };
}

function invalid(message: string): OvError {
  return new OvError("invalid_request", message);
}
