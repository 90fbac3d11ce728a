import { type Static, Type } from "@sinclair/typebox";

/** Prefixes that more than one prompt had, in a form that can be stored. */
export const KeptPrefixes = Type.Array(
  Type.Object({ text: Type.String(), uses: Type.Integer({ minimum: 2 }) }),
);
export type KeptPrefixes = Static<typeof KeptPrefixes>;

/** What prompts of one model have in common at the start: a system prompt, tools, the turns of a conversation. */
export interface PromptPrefixes {
  /** Takes a prompt into account. */
  note(prompt: string): void;
  /** The prefixes that more than one prompt had, most used first. */
  list(most: number): KeptPrefixes;
}

/** UTF-16 units. A shorter text is computed too quickly to matter. */
const shortest = 1500;
/** A longer prompt is ignored: it fills any context. */
const longest = 1_000_000;
/** The most prefixes that are kept; the least used one, then the least recently used one, is dropped. */
const kept = 16;

interface Prefix {
  text: string;
  uses: number;
}

/** `earlier`: the prefixes that an earlier run kept. */
export function createPrefixes(earlier: KeptPrefixes = []): PromptPrefixes {
  /** In order of last use. */
  let known: Prefix[] = earlier.map((one) => ({ ...one }));

  /** The prefix with which the prompt shares most, unless that would leave less than half of it. */
  function findRelated(prompt: string): { prefix: Prefix; shared: number } | undefined {
    return known
      .map((prefix) => ({ prefix, shared: countShared(prefix.text, prompt) }))
      .filter(({ prefix, shared }) => shared >= Math.max(shortest, prefix.text.length / 2))
      .sort((a, b) => b.shared - a.shared)[0];
  }

  function makeRoom(): void {
    if (known.length <= kept) return;
    const fewest = Math.min(...known.slice(0, -1).map(({ uses }) => uses));
    const leaving = known.findIndex(({ uses }) => uses === fewest);
    known.splice(leaving, 1);
  }

  return {
    note(prompt) {
      if (prompt.length < shortest || prompt.length > longest) return;
      const related = findRelated(prompt);
      const prefix = related?.prefix ?? { text: prompt, uses: 0 };
      if (related) prefix.text = prompt.slice(0, related.shared);
      prefix.uses += 1;
      known = [...known.filter((one) => one !== prefix), prefix];
      makeRoom();
    },
    list: (most) =>
      known
        .filter(({ uses }) => uses > 1)
        .sort((a, b) => b.uses - a.uses)
        .slice(0, most)
        .map((one) => ({ ...one })),
  };
}

const step = 4096;

/** The length of the start that two texts have in common. */
function countShared(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.slice(at, at + step) === b.slice(at, at + step)) at += step;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return Math.min(at, most);
}
