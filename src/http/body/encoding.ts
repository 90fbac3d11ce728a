import { promisify } from "node:util";
import {
  brotliDecompress,
  gunzip,
  type InputType,
  inflate,
  type ZlibOptions,
  zstdDecompress,
} from "node:zlib";
import { OvError, toReason, toSystemCode } from "../../errors.ts";

type Unpack = (packed: InputType, options: Pick<ZlibOptions, "maxOutputLength">) => Promise<Buffer>;

/** Content codings (RFC 9110, section 8.4.1; RFC 8878 for zstd). All run on separate threads. */
const codings: Record<string, Unpack> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** Unpacks a body; null: it is larger than `maxBytes`. Throws `invalid_request` if it does not have that coding. */
type Unpacker = (bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array<ArrayBuffer> | null>;

/** The decoder of a request's body; null: it is not encoded. Throws `unsupported_media_type` for an unknown coding. */
export function findUnpacker(headers: Headers): Unpacker | null {
  const coding = (headers.get("content-encoding") ?? "").trim().toLowerCase();
  if (coding === "" || coding === "identity") return null;
  const decode = Object.hasOwn(codings, coding) ? codings[coding] : undefined;
  if (!decode) {
    throw new OvError("unsupported_media_type", {
      what: `A body with "Content-Encoding: ${coding.slice(0, 40)}" cannot be read`,
      next: "Send it plain, or as gzip, deflate, br or zstd.",
    });
  }
  return async (bytes, maxBytes) => {
    try {
      return new Uint8Array(await decode(bytes, { maxOutputLength: maxBytes }));
    } catch (error) {
      if (toSystemCode(error) === "ERR_BUFFER_TOO_LARGE") {
        return null;
      }
      const what = `The request body is not the ${coding} that its Content-Encoding promises`;
      throw new OvError("invalid_request", { what, why: toReason(error) }, { cause: error });
    }
  };
}
