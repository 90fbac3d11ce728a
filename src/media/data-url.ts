import { OvError } from "../errors.ts";

/**
 * In UTF-16 units: how much is decoded before others get their turn. Fully percent-encoded, it takes 10 to 20 ms. A multiple of 4, as
 * in base64.
 */
const pieceLength = 2 ** 18;

/**
 * The bytes of a `data:` address in base64, piece by piece. Line breaks and the alphabet for addresses (RFC 4648, section 5) are
 * accepted too, as are percent-encoded characters; invalid base64 is left to whatever reads the bytes. Throws
 * `invalid_request` that names `at`.
 */
export function* decodeDataUrl(url: string, at: string): Generator<Uint8Array> {
  const comma = url.indexOf(",");
  const head = url.slice("data:".length, comma === -1 ? undefined : comma);
  if (comma === -1 || !/;\s*base64\s*$/i.test(head)) {
    const next = 'Send "data:image/png;base64,…".';
    throw new OvError(
      "invalid_request",
      { what: `"${at}" is a data URL without base64 data`, next },
      { param: at },
    );
  }
  let cut = "";
  let rest = "";
  for (let start = comma + 1; start < url.length; start += pieceLength) {
    const slice = cut + url.slice(start, start + pieceLength);
    cut = /%[\da-f]?$/i.exec(slice)?.[0] ?? "";
    const piece = rest + toPlain(slice.slice(0, slice.length - cut.length));
    const whole = piece.length - (piece.length % 4);
    rest = piece.slice(whole);
    yield Buffer.from(piece.slice(0, whole), "base64");
  }
  yield Buffer.from(rest, "base64");
}

function toPlain(text: string): string {
  const decoded = text.includes("%")
    ? text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
  return decoded.replace(/\s+/g, "");
}
