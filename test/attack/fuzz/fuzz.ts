import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { OvError } from "../../../src/errors.ts";

/**
 * How often each property is tried, and with what. The seed is the same each time, so that it is a change that breaks a
 * test; OV_TEST_FUZZ_RUNS tries more and with another one. A failure names its seed and path: OV_TEST_FUZZ_SEED repeats it.
 */
const wanted = process.env.OV_TEST_FUZZ_RUNS;
const seed = Number(
  process.env.OV_TEST_FUZZ_SEED ?? (wanted === undefined ? 20_261_126 : Date.now() % 2 ** 31),
);
console.log(`fuzz: OV_TEST_FUZZ_SEED=${seed}${wanted === undefined ? "" : ` OV_TEST_FUZZ_RUNS=${wanted}`}`);

export function runsOf(usual: number): { numRuns: number; seed: number } {
  return { numRuns: Number(wanted ?? usual), seed };
}

/** Milliseconds after which a reader of a few kilobytes hangs, on any machine. */
const hang = 60_000;

/** What it returns or throws; ended by force, and so failed, where it hangs. */
export function ended<T>(read: () => T): T {
  let result: { value: T } | undefined;
  runInNewContext(
    "read()",
    {
      read: () => {
        result = { value: read() };
      },
    },
    { timeout: hang },
  );
  if (result === undefined) throw new Error("unreachable");
  return result.value;
}

/** null: it was refused, by one of our errors. Throws for any other, and where it hangs. */
export function readOrRefuse<T>(read: () => T): T | null {
  try {
    return ended(read);
  } catch (error) {
    if (error instanceof OvError) return null;
    throw error;
  }
}

/** Texts put together of these pieces, of any characters, and of halves of surrogate pairs. */
export function textOf(pieces: readonly string[], most = 40): fc.Arbitrary<string> {
  const any = fc.string({ unit: "binary", maxLength: 3 });
  const half = fc.constantFrom("\ud83d", "\ude00", "\u0000", "\u2028");
  const piece = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...pieces) },
    { weight: 2, arbitrary: any },
    { weight: 1, arbitrary: half },
  );
  return fc.array(piece, { maxLength: most }).map((parts) => parts.join(""));
}

/** Cuts a text into pieces at any places, within surrogate pairs too. */
export function cutAt(text: string, places: readonly number[]): string[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, text.length].map((end, index) => text.slice(ends[index - 1] ?? 0, end));
}

export const places = fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 });
