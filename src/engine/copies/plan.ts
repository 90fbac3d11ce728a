/**
 * The copy of a .gguf file in OpenVINO's own form. The batching host makes it at the file's first load and loads it
 * from then on (hosts/batching/pipeline/copies.py).
 */
export interface GgufCopy {
  folder: string;
  /** The file that it was made of. */
  source: string;
  /** What that looked like; see models/stamp.ts. */
  stamp: string;
  bytes: number;
  /** When it was last loaded, in milliseconds since 1970. */
  usedAt: number;
}

/**
 * What has to be removed so that the wanted copy and all others stay within the bound: whatever its file no longer looks
 * like, then what was not used for longest. `fits`: false where the wanted one alone is larger; then the others stay.
 */
export function planCopies(
  copies: readonly GgufCopy[],
  wanted: Pick<GgufCopy, "source" | "stamp" | "bytes">,
  mostBytes: number,
  readStamp: (path: string) => string,
): { fits: boolean; remove: GgufCopy[] } {
  const isWanted = ({ source, stamp }: GgufCopy) => source === wanted.source && stamp === wanted.stamp;
  const outdated = copies.filter(({ source, stamp }) => readStamp(source) !== stamp);
  const known = copies.find(isWanted);
  const needed = known?.bytes ?? wanted.bytes;
  if (needed > mostBytes) return { fits: false, remove: outdated };
  const others = copies.filter((copy) => !isWanted(copy) && !outdated.includes(copy));
  const kept = keepNewest(others, mostBytes - needed);
  return { fits: true, remove: [...outdated, ...others.filter((copy) => !kept.has(copy))] };
}

function keepNewest(copies: GgufCopy[], bytes: number): Set<GgufCopy> {
  const kept = new Set<GgufCopy>();
  let left = bytes;
  for (const copy of copies.toSorted((a, b) => b.usedAt - a.usedAt)) {
    left -= copy.bytes;
    if (left < 0) break;
    kept.add(copy);
  }
  return kept;
}
