/** Sets of Unicode code points as sorted ranges that do not touch; surrogates are never in one. */
export type CodePoints = readonly (readonly [first: number, last: number])[];

const LAST = 0x10ffff;
const surrogates = [[0xd800, 0xdfff]] as const;

export function union(...sets: CodePoints[]): CodePoints {
  const sorted = sets.flat().sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = merged.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

export function complement(set: CodePoints): CodePoints {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of union(set, surrogates)) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  return next > LAST ? gaps : [...gaps, [next, LAST]];
}

export function minus(set: CodePoints, other: CodePoints): CodePoints {
  return complement(union(complement(set), other));
}

export function intersection(set: CodePoints, other: CodePoints): CodePoints {
  const common: [number, number][] = [];
  for (let [at, otherAt] = [0, 0]; ; ) {
    const [range, otherRange] = [set[at], other[otherAt]];
    if (!range || !otherRange) return common;
    const [first, last] = [Math.max(range[0], otherRange[0]), Math.min(range[1], otherRange[1])];
    if (first <= last) common.push([first, last]);
    if (range[1] < otherRange[1]) at += 1;
    else otherAt += 1;
  }
}

/** Every code point that is in the set, for sets that are known to be small. */
export function members(set: CodePoints): number[] {
  return set.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
}

export function only(text: string): CodePoints {
  return union(
    Array.from(text, (char) => {
      const code = char.codePointAt(0) ?? 0;
      return [code, code] as const;
    }),
  );
}

export const anyCodePoint: CodePoints = complement([]);
export const digits: CodePoints = [[0x30, 0x39]];
/** `\w` of JavaScript. */
export const wordChars: CodePoints = union(digits, [[0x41, 0x5a]], [[0x61, 0x7a]], only("_"));
/** `\s` of JavaScript: white space and line ends (ECMA-262, 12.2 and 12.3). */
export const spaces: CodePoints = union(
  [[0x09, 0x0d]],
  only("\u0020\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"),
  [[0x2000, 0x200a]],
);
export const lineEnds: CodePoints = only("\n\r\u2028\u2029");
