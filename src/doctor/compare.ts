import type { Trial } from "./trial.ts";

export interface Comparison {
  /** The fastest device on which the model writes what can be trusted; null: there is none. */
  best: string | null;
  /** A sentence for each device about its text, the first device with one as the measure. */
  texts: string[];
}

export function compareTrials(trials: Trial[]): Comparison {
  const able = trials.filter(({ problem }) => problem === null);
  const trusted = able.filter(({ doubt }) => doubt === null);
  const [best] = trusted.toSorted((a, b) => b.tokens_per_second - a.tokens_per_second);
  const [first, ...others] = able;
  const doubts = able.flatMap(({ device, doubt }) => (doubt === null ? [] : [`On ${device}, ${doubt}.`]));
  const texts = first === undefined ? [] : others.map((other) => compareTexts(first, other));
  return { best: best?.device ?? null, texts: [...texts, ...doubts] };
}

/** Devices round differently, so that a text may change after a while; at its start it should not. */
function compareTexts(one: Trial, other: Trial): string {
  if (one.text === other.text) return `${other.device} writes the same text as ${one.device}.`;
  const words = one.text.split(/\s+/);
  const others = other.text.split(/\s+/);
  const differs = words.findIndex((word, index) => word !== others[index]);
  const same = differs === -1 ? words.length : differs;
  const why = same < 4 ? "which is more than rounding explains" : "as devices round differently";
  return `${other.device} writes the same ${same} words as ${one.device}, then others, ${why}.`;
}
