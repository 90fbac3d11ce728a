import { gunzipSync, inflateRawSync } from "node:zlib";

/** More than any file that is taken out of an archive here. */
const mostBytes = 512 * 2 ** 20;

/**
 * The first file of a .zip whose name `isIt`; null: there is none, or this is no .zip (PKWARE's APPNOTE, 4.3: the directory at
 * the end names each file). Neither split nor encrypted nor over 4 GB.
 */
export function readFromZip(zip: Buffer, isIt: (name: string) => boolean): Buffer | null {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + 22 > zip.length) return null;
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > zip.length) return null;
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const name = zip.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
    if (isIt(name)) return readEntry(zip, at);
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (noteLength ?? 0);
  }
  return null;
}

/** `at`: of its entry in the directory. */
function readEntry(zip: Buffer, at: number): Buffer | null {
  const [method, size, header] = [
    zip.readUInt16LE(at + 10),
    zip.readUInt32LE(at + 20),
    zip.readUInt32LE(at + 42),
  ];
  if (header + 30 > zip.length) return null;
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const packed = zip.subarray(start, start + size);
  if (method === 0) return packed;
  return method === 8 ? inflateRawSync(packed, { maxOutputLength: mostBytes }) : null;
}

/** The first plain file of a .tar.gz whose name `isIt`; null: there is none (POSIX, "ustar Interchange Format"). */
export function readFromTarGz(packed: Buffer, isIt: (name: string) => boolean): Buffer | null {
  const tar = gunzipSync(packed, { maxOutputLength: mostBytes });
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const name = tar.toString("utf8", at, at + 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 136), 8);
    if (!Number.isSafeInteger(size)) return null;
    const kind = String.fromCharCode(tar[at + 156] ?? 0);
    if ((kind === "0" || kind === "\0") && isIt(name)) return tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return null;
}
