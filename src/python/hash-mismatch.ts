/** A file that an index offered under the name of a locked one. */
export interface HashMismatch {
  /** As `numpy==2.4.6`; absent where the installer did not name it. */
  requirement?: string;
  /** What the file has, in hexadecimal. */
  sha256?: string;
}

/**
 * Finds in the lines of pip or uv that a file is not the locked one. pip (22 to 26): "THESE PACKAGES DO NOT MATCH THE
 * HASHES", then the requirement, then "Got <sha256>". uv (0.13): "Hash mismatch for `x==1`", then the computed one after
 * "Computed:".
 */
export function createMismatchReader(): { see(line: string): void; found(): HashMismatch | null } {
  let found: HashMismatch | null = null;
  let isComputed = false;
  return {
    see(raw) {
      const line = raw.trim();
      if (/DO NOT MATCH THE HASHES|Hash mismatch for/i.test(line)) found ??= {};
      if (found === null) return;
      const requirement =
        /Hash mismatch for `([^`]+)`/.exec(line)?.[1] ?? /^(\S+==\S+) from /.exec(line)?.[1];
      if (requirement !== undefined) found.requirement ??= requirement;
      isComputed ||= /^Computed:/.test(line);
      const digest =
        /^Got\s+([0-9a-f]{64})/.exec(line)?.[1] ?? (isComputed && /^sha256:([0-9a-f]{64})/.exec(line)?.[1]);
      if (digest) found.sha256 ??= digest;
    },
    found: () => found,
  };
}
