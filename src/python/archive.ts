import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";

/** More than any file that is taken out of an archive here. */
const mostBytes = 512 * 2 ** 20;

/** The file of a .zip whose name `isIt`; null: there is none. Throws for what is no .zip. */
export function readFromZip(zip: Uint8Array, isIt: (name: string) => boolean): Buffer | null {
  const found = unzipSync(zip, {
    filter: ({ name, originalSize }) => isIt(name) && originalSize <= mostBytes,
  });
  const [file] = Object.values(found);
  return file === undefined ? null : Buffer.from(file.buffer, file.byteOffset, file.length);
}

/** The plain file of a .tar.gz whose name matches the pattern; null: there is none. Throws for what is no .tar.gz. */
export async function readFromTarGz(packed: Uint8Array, glob: string): Promise<Buffer | null> {
  // Bun would unpack it without a bound.
  const tar = gunzipSync(packed, { maxOutputLength: mostBytes });
  const [file] = (await new Bun.Archive(tar).files(glob)).values();
  return file === undefined ? null : Buffer.from(await file.arrayBuffer());
}
