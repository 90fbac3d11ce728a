/**
 * The copy of a .gguf file in OpenVINO's own format. The batching host writes it at the file's first load and uses it
 * from then on (hosts/batching/pipeline/copies.py).
 */
export interface GgufCopy {
  folder: string;
  /** The file that it was made from. */
  source: string;
  /** The file's stamp; see models/stamp.ts. */
  stamp: string;
  bytes: number;
  /** When it was last loaded, in milliseconds since 1970. */
  usedAt: number;
}

/**
 * The copies to remove so that the wanted copy and all others stay within the bound: those whose file has changed, then
 * the least recently used. `fits`: false if the wanted one alone exceeds the bound; then the others stay.
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
