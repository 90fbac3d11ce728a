import { OvError, toReason, toSystemCode } from "../errors.ts";
import { readBytesFile } from "../files.ts";

/** The first bytes of each format that models are shown (the formats' own specifications). */
const formats: [type: string, isIt: (bytes: Buffer) => boolean][] = [
  ["image/png", (bytes) => bytes.toString("latin1", 0, 8) === "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", (bytes) => bytes.toString("latin1", 0, 3) === "\xff\xd8\xff"],
  ["image/gif", (bytes) => /^GIF8[79]a$/.test(bytes.toString("latin1", 0, 6))],
  ["image/webp", (bytes) => /^RIFF[\s\S]{4}WEBP$/.test(bytes.toString("latin1", 0, 12))],
];

/** A picture's file as a `data:` URL, as OpenAI's API takes it. Throws `invalid_request` for what cannot be read or is none. */
export function readPicture(path: string): string {
  const what = `Cannot read the picture ${JSON.stringify(path)}`;
  const bytes = read(path, what);
  const type = formats.find(([, isIt]) => isIt(bytes))?.[0];
  if (type === undefined) {
    const why = "it is not a PNG, JPEG, GIF or WebP picture";
    throw new OvError("invalid_request", { what, why, next: "Convert it to one of these." });
  }
  return `data:${type};base64,${bytes.toString("base64")}`;
}

function read(path: string, what: string): Buffer {
  try {
    return readBytesFile(path);
  } catch (error) {
    const isMissing = ["ENOENT", "ENOTDIR"].includes(String(toSystemCode(error)));
    const facts = isMissing
      ? { why: "there is no such file", next: "Check the path." }
      : { why: toReason(error) };
    throw new OvError("invalid_request", { what, ...facts }, { cause: error });
  }
}
