/** The archive of a release for one kind of machine, as its SHA256SUMS names it. */
export interface Archive {
  /** Without a folder: what is asked for below the release's address. */
  name: string;
  version: string;
  /** In hexadecimal. */
  sha256: string;
}

/** As Node names architectures. */
const row = /^([0-9a-f]{64}) [ *](ov-llm-(\d[0-9A-Za-z.+-]*)-linux-(\w+)\.tar\.gz)$/;

/** What a release has for that architecture; null: nothing. `sums` is what sha256sum writes. */
export function findArchive(sums: string, architecture: string): Archive | null {
  for (const line of sums.split("\n")) {
    const [, sha256, name, version, machine] = row.exec(line) ?? [];
    if (sha256 !== undefined && name !== undefined && version !== undefined && machine === architecture)
      return { name, version, sha256 };
  }
  return null;
}

/** The sum of the file with that very name; null: it is not listed. */
export function findSum(sums: string, name: string): string | null {
  const line = sums.split("\n").find((text) => /^[0-9a-f]{64} [ *]/.test(text) && text.slice(66) === name);
  return line?.slice(0, 64) ?? null;
}

/**
 * Where the files of one version lie, beside the newest ones at `url`: forges have `…/latest/download` and `…/download/v1.2.3`;
 * in a plain folder, each version has a folder of its own, `v1.2.3`.
 */
export function toVersionUrl(url: string, version: string): string {
  const folder = url.replace(/\/+$/, "");
  return folder.endsWith("/latest/download")
    ? `${folder.slice(0, -"/latest/download".length)}/download/v${version}`
    : `${folder}/v${version}`;
}
