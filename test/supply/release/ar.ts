import type { Entry } from "./tar.ts";

/** An archive of ar(5), in the form that deb(5) wants: no slash behind names of at most 16 bytes. */
export function renderAr(files: readonly Pick<Entry, "path" | "bytes">[], mtime: number): Uint8Array {
  const parts = files.flatMap(({ path, bytes }) => [
    Buffer.from(renderHeader(path, bytes.length, mtime)),
    bytes,
    // Each starts at an even place.
    Buffer.from(bytes.length % 2 === 0 ? "" : "\n"),
  ]);
  return Buffer.concat([Buffer.from("!<arch>\n"), ...parts]);
}

function renderHeader(path: string, length: number, mtime: number): string {
  if (path.length > 16) throw new Error(`${path} is longer than an ar header holds`);
  const fields: [value: string | number, width: number][] = [
    [path, 16],
    [mtime, 12],
    [0, 6],
    [0, 6],
    ["100644", 8],
    [length, 10],
  ];
  return `${fields.map(([value, width]) => String(value).padEnd(width)).join("")}\`\n`;
}
