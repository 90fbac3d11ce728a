import { LRUCache } from "lru-cache";
import { type CodePoints, union } from "./code-points.ts";

/** Each has some hundred ranges, and takes some 5 ms to find. */
const found = new LRUCache<string, CodePoints>({ max: 24 });

const BLOCK = 0x80;
/** Planes without one character that is assigned: what is true of one code point there is true of all. */
const emptyPlanes = [0x40000, 0xdffff] as const;
/** Code points that stand for themselves alone; surrogates are no characters. */
const planes = [
  [0, 0xd7ff],
  [0xe000, 0x3ffff],
  [0xe0000, 0x10ffff],
] as const;

/**
 * The characters with a property as JavaScript's `\p{…}` has it (ECMA-262, 22.2.2.9): general categories, scripts and
 * binary properties. Null where there is none of that name.
 */
export function unicodeProperty(name: string): CodePoints | null {
  const known = found.get(name);
  if (known) return known;
  const tests = toTests(name);
  if (tests === null) return null;
  const isEmptyIn = tests.all.test(String.fromCodePoint(emptyPlanes[0]));
  const ranges: [number, number][] = isEmptyIn ? [[...emptyPlanes]] : [];
  for (const [first, last] of planes) {
    for (let at = first; at <= last; at += BLOCK) ranges.push(...within(at, tests));
  }
  const set = union(ranges);
  found.set(name, set);
  return set;
}

/** Whether all characters of a text have the property, or none. */
interface Tests {
  all: RegExp;
  none: RegExp;
}

function toTests(name: string): Tests | null {
  try {
    return { all: new RegExp(`^\\p{${name}}*$`, "u"), none: new RegExp(`^\\P{${name}}*$`, "u") };
  } catch {
    return null;
  }
}

/** The ranges of one block of code points. */
function within(first: number, { all, none }: Tests): [number, number][] {
  const codes = Array.from({ length: BLOCK }, (_, index) => first + index);
  const block = String.fromCodePoint(...codes);
  if (none.test(block)) return [];
  if (all.test(block)) return [[first, first + BLOCK - 1]];
  return codes.filter((code) => all.test(String.fromCodePoint(code))).map((code) => [code, code]);
}
