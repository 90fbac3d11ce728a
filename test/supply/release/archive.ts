import { version } from "../../../src/version.ts";
import { readText } from "../text.ts";
import type { CommonParts } from "./contents.ts";
import type { Architecture } from "./runtime.ts";
import { compress, type Entry, renderTar } from "./tar.ts";

/** Its name without .tar.gz, which is that of the folder in it. */
export const toArchiveName = (architecture: Architecture) => `ov-llm-${version}-linux-${architecture}`;

/** The archive that install.sh installs from, without bun, npm or a compiler. */
export function renderArchive(
  architecture: Architecture,
  executable: Uint8Array,
  parts: CommonParts,
  mtime: number,
): Uint8Array {
  const files = [...listFiles(parts), { path: "ov-llm", bytes: executable, mode: 0o755 }];
  const sums = { path: "SHA256SUMS", bytes: Buffer.from(renderSums(files)), mode: 0o644 };
  const folder = toArchiveName(architecture);
  const entries = [...files, sums].map((entry) => ({ ...entry, path: `${folder}/${entry.path}` }));
  return compress(renderTar(entries, mtime));
}

function listFiles({ installScript, sbom, man, completions }: CommonParts): Entry[] {
  const asIs = ["LICENSE", "THIRD_PARTY_LICENSES.txt", "CHANGELOG.md", "ov-server.service"];
  const texts: [path: string, text: string][] = [
    ...asIs.map((path): [string, string] => [path, readText(path)]),
    ["ov-server-hardening.conf", readText("docs/ov-server-hardening.conf")],
    ["ov-llm.cdx.json", sbom],
    ["ov-llm.1", man],
    ["completion/ov-llm.bash", completions.bash],
    ["completion/_ov-llm", completions.zsh],
    ["completion/ov-llm.fish", completions.fish],
  ];
  const files = texts.map(([path, text]) => ({ path, bytes: Buffer.from(text), mode: 0o644 }));
  return [...files, { path: "install.sh", bytes: Buffer.from(installScript), mode: 0o755 }];
}

/** As sha256sum writes and reads them. */
export function renderSums(files: readonly Pick<Entry, "path" | "bytes">[]): string {
  return files
    .map(({ path, bytes }) => `${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}  ${path}\n`)
    .join("");
}
