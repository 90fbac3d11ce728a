import { createHash } from "node:crypto";
import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * One sha256 for all files in `folder`, their names included: that of the sorted lines `<sha256>  <path>`, as sha256sum
 * prints them. Links and folders do not count. Hexadecimal.
 */
export async function toLibrariesDigest(folder: string): Promise<string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines: string[] = [];
  for (const path of paths) lines.push(`${await toSha256(path)}  ${path.slice(folder.length + 1)}\n`);
  return createHash("sha256").update(lines.sort().join("")).digest("hex");
}

async function toSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path)) hash.update(bytes);
  return hash.digest("hex");
}
