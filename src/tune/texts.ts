import type { Difference } from "../tuning.ts";
import type { Pair } from "./judge.ts";

const shown = 12;

/** The earliest difference of all pairs; null: every text is the same. */
export function findDifference(pairs: readonly Pair[]): Difference | null {
  const found = pairs.flatMap(({ present, changed }) => compare(present.text, changed.text) ?? []);
  const [first] = found.toSorted((one, other) => one.same_words - other.same_words);
  return first ?? null;
}

function compare(one: string, other: string): Difference | null {
  if (one === other) return null;
  const [words, others] = [toWords(one), toWords(other)];
  const at = words.findIndex((word, index) => word !== others[index]);
  const same = at === -1 ? words.length : at;
  const toShown = (all: readonly string[]) => all.slice(same, same + shown).join(" ");
  return { same_words: same, present: toShown(words), changed: toShown(others) };
}

const toWords = (text: string) => text.split(/\s+/).filter((word) => word !== "");
