import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderArchive, renderSums, toArchiveName } from "./archive.ts";
import { buildExecutable, readCommonParts } from "./contents.ts";
import { type DebOptions, renderDeb, toDebName } from "./deb.ts";
import type { Architecture } from "./runtime.ts";

export interface ReleaseOptions extends DebOptions {
  architectures: readonly Architecture[];
  /** Where its files will lie, for `curl …/install.sh | sh` and `ov-llm upgrade`; empty: not stated. */
  url: string;
  /** Emptied first. */
  folder: string;
}

/**
 * Writes the files of a release: for each architecture an archive and a Debian package, then install.sh, the bill of
 * materials, and SHA256SUMS of them all. The same sources and options give the same bytes.
 */
export async function createRelease(options: ReleaseOptions): Promise<string[]> {
  const { architectures, folder, mtime, url } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const parts = await readCommonParts(url);
  const files: { path: string; bytes: Uint8Array }[] = [];
  for (const architecture of architectures) {
    const executable = await buildExecutable(architecture, join(folder, "build"));
    files.push(
      {
        path: `${toArchiveName(architecture)}.tar.gz`,
        bytes: renderArchive(architecture, executable, parts, mtime),
      },
      { path: toDebName(architecture), bytes: renderDeb(architecture, executable, parts, options) },
    );
  }
  files.push(
    { path: "install.sh", bytes: Buffer.from(parts.installScript) },
    { path: "ov-llm.cdx.json", bytes: Buffer.from(parts.sbom) },
  );
  rmSync(join(folder, "build"), { recursive: true });
  for (const { path, bytes } of files) writeFileSync(join(folder, path), bytes);
  writeFileSync(join(folder, "SHA256SUMS"), renderSums(files));
  return [...files.map(({ path }) => path), "SHA256SUMS"];
}
