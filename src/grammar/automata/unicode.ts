import { LRUCache } from "lru-cache";
import { type CodePoints, union } from "./code-points.ts";

/** Each has some hundred ranges, and takes 10 ms to find. */
const found = new LRUCache<string, CodePoints>({ max: 24 });

/** Planes without one character that is assigned: all that is true of one code point there is true of all. */
const emptyPlanes = [0x40000, 0xdffff] as const;

/**
 * The characters with a property as JavaScript's `\\p{…}` has it (ECMA-262, 22.2.2.9): general categories, scripts and
 * binary properties. Null where there is none of that name.
 */
export function unicodeProperty(name: string): CodePoints | null {
  const known = found.get(name);
  if (known) return known;
  const pattern = toPattern(name);
  if (pattern === null) return null;
  const ranges: [number, number][] = pattern.test(String.fromCodePoint(emptyPlanes[0]))
    ? [[...emptyPlanes]]
    : [];
  for (let first = 0; first <= 0x10f000; first = first === 0x3f000 ? 0xe0000 : first + BLOCK) {
    ranges.push(...runs(pattern, first));
  }
  const set = union(ranges);
  found.set(name, set);
  return set;
}

function toPattern(name: string): RegExp | null {
  try {
    return new RegExp(`\\p{${name}}+`, "gu");
  } catch {
    return null;
  }
}

const BLOCK = 0x1000;

/** The ranges of one block of code points; surrogates are no characters. */
function runs(pattern: RegExp, first: number): [number, number][] {
  const codes = Array.from({ length: BLOCK }, (_, index) => first + index).filter(
    (code) => code >> 11 !== 0x1b,
  );
  const block = String.fromCodePoint(...codes);
  return Array.from(block.matchAll(pattern), ({ 0: run, index }) => {
    const from = block.codePointAt(index) ?? 0;
    return [from, from + Array.from(run).length - 1];
  });
}
