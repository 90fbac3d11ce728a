/** A file of an archive. Owned by root, whoever packs it. */
export interface Entry {
  /** Without a leading slash; at most 100 bytes. */
  path: string;
  bytes: Uint8Array;
  /** Of its permissions, such as 0o644. */
  mode: number;
  /** It is a symbolic link to there, without bytes. */
  link?: string;
}

const blockSize = 512;

/**
 * The entries and the folders above them as tar (POSIX.1-1988, "ustar"), in the order of their paths: the same entries give
 * the same bytes. `mtime` in seconds since 1970.
 */
export function renderTar(entries: readonly Entry[], mtime: number): Uint8Array {
  const folders = new Set(entries.flatMap(({ path }) => toParents(path)));
  const rows = [
    ...[...folders].map((path) => ({ path: `${path}/`, bytes: new Uint8Array(), mode: 0o755 })),
    ...entries,
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
  const blocks = rows.flatMap((row) => [renderHeader(row, mtime), row.bytes, toPadding(row.bytes.length)]);
  return Buffer.concat([...blocks, new Uint8Array(2 * blockSize)]);
}

/** `a/b/c` has `a` and `a/b`. */
function toParents(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function toPadding(length: number): Uint8Array {
  return new Uint8Array((blockSize - (length % blockSize)) % blockSize);
}

function renderHeader({ path, bytes, mode, link }: Entry, mtime: number): Uint8Array {
  const block = Buffer.alloc(blockSize);
  if (Buffer.byteLength(path) > 100) throw new Error(`${path} is longer than a tar header holds`);
  block.write(path, 0);
  writeOctal(block, 100, 8, mode);
  writeOctal(block, 108, 8, 0);
  writeOctal(block, 116, 8, 0);
  writeOctal(block, 124, 12, bytes.length);
  writeOctal(block, 136, 12, mtime);
  block.write(link !== undefined ? "2" : path.endsWith("/") ? "5" : "0", 156);
  block.write(link ?? "", 157);
  block.write("ustar\0" + "00", 257);
  block.write("root", 265);
  block.write("root", 297);
  // The sum counts its own field as spaces.
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function writeOctal(block: Buffer, offset: number, width: number, value: number): void {
  block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, offset);
}

/** Compressed without a name or a time: the same bytes from the same bytes. */
export function compress(bytes: Uint8Array): Uint8Array {
  return Bun.gzipSync(Buffer.from(bytes), { level: 6, library: "libdeflate" });
}

/** The same for short texts, in the form of `gzip -9n`, which Debian's policy asks of documents. */
export function compressText(text: string): Uint8Array {
  return Bun.gzipSync(Buffer.from(text), { level: 9, library: "zlib" });
}
