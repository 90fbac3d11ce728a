import { type Static, Type } from "@sinclair/typebox";

/** Those that more than one prompt had, as they may be kept elsewhere. */
export const KeptBeginnings = Type.Array(
  Type.Object({ text: Type.String(), uses: Type.Integer({ minimum: 2 }) }),
);
export type KeptBeginnings = Static<typeof KeptBeginnings>;

/** What prompts of one model have in common at their start: a system prompt, tools, the turns of a conversation. */
export interface Beginnings {
  /** Takes a prompt into account. */
  note(prompt: string): void;
  /** Those that more than one prompt had, the most used ones first. */
  list(most: number): KeptBeginnings;
}

/** UTF-16 units. A shorter text is computed sooner than a beginning pays. */
const shortest = 1500;
/** A longer prompt is passed over: it fills any context. */
const longest = 1_000_000;
/** Beginnings that are kept; the one that was used least, then longest ago, makes way. */
const kept = 16;

interface Beginning {
  text: string;
  uses: number;
}

/** `earlier`: what another run kept. */
export function createBeginnings(earlier: KeptBeginnings = []): Beginnings {
  /** In the order of their last use. */
  let known: Beginning[] = earlier.map((one) => ({ ...one }));

  /** The one that the prompt shares most with, unless that would leave less than half of it. */
  function findRelated(prompt: string): { beginning: Beginning; shared: number } | undefined {
    return known
      .map((beginning) => ({ beginning, shared: countShared(beginning.text, prompt) }))
      .filter(({ beginning, shared }) => shared >= Math.max(shortest, beginning.text.length / 2))
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
      const beginning = related?.beginning ?? { text: prompt, uses: 0 };
      if (related) beginning.text = prompt.slice(0, related.shared);
      beginning.uses += 1;
      known = [...known.filter((one) => one !== beginning), beginning];
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

/** How long a start two texts have in common. */
function countShared(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.slice(at, at + step) === b.slice(at, at + step)) at += step;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return Math.min(at, most);
}
