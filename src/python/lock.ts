import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What a Python environment is made of: each package in one exact version, with the sha256 of every file of it that may
 * be installed. The text is a requirements file (pip documentation, "Hash-checking mode"); `bun run locks` writes it.
 */
export interface Lock {
  /** Short and plain: it becomes a file name. */
  name: string;
  text: string;
}

export interface LockedPackage {
  name: string;
  version: string;
  /** For which Pythons and machines; absent: for all. */
  marker?: string;
  /** Lower-case hexadecimal. */
  sha256: string[];
}

const pin = /^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]*[^\s\\]))?/;
const hash = /^--hash=sha256:([0-9a-f]{64})/;

/** The packages of a lock file, in its order. Lines that are neither pins nor hashes of one are passed over. */
export function parseLock(text: string): LockedPackage[] {
  const packages: LockedPackage[] = [];
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    const [, name, version, marker] = pin.exec(line) ?? [];
    const digest = hash.exec(line)?.[1];
    if (name !== undefined && version !== undefined)
      packages.push({ name, version, ...(marker !== undefined && { marker }), sha256: [] });
    else if (digest !== undefined) packages.at(-1)?.sha256.push(digest);
  }
  return packages;
}

/** Changes whenever a package or a version does. Hashes are left out: another file of one version is no reason to install again. */
export function toLockStamp(locks: readonly Lock[]): string {
  const pins = locks.flatMap(({ text }) =>
    parseLock(text).map(({ name, version, marker = "" }) => `${name}==${version};${marker}`),
  );
  return createHash("sha256").update(pins.sort().join("\n")).digest("hex");
}

/** Writes the lock into `dir`, for pip and uv, and returns its path. */
export function writeLock(dir: string, { name, text }: Lock): string {
  const path = join(dir, `${name}.txt`);
  writeFileSync(path, text);
  return path;
}
