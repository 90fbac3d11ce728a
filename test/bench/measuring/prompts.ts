import { createRandom } from "../../helpers/random.ts";

const nouns = "river lamp forest engine garden bridge letter winter market harbour violin mountain".split(
  " ",
);
const verbs = "carries hides finds follows paints remembers repairs watches leaves answers".split(" ");
const adjectives = "old quiet green narrow bright heavy strange distant early common".split(" ");

export interface Prompts {
  /** A short question of about 60 tokens, each time another one. */
  next(): string;
  /** A text of about so many tokens that begins like no other. */
  nextPrefix(tokens: number): string;
}

/** Texts that are the same in each run, and in a run never alike: no cache can help unless it should. */
export function createPrompts(): Prompts {
  const random = createRandom(20_260_401);
  let number = 1000;

  const pick = (words: string[]) => words[Math.floor(random() * words.length)] ?? "";
  const sentence = () =>
    `The ${pick(adjectives)} ${pick(nouns)} ${pick(verbs)} the ${pick(adjectives)} ${pick(nouns)}.`;
  const begin = () => `${pick(nouns)} ${number++}`;

  return {
    next: () =>
      `${begin()}: ${sentence()} ${sentence()} ${sentence()} Write a long story that goes on from here.`,
    nextPrefix(tokens) {
      // A sentence has 8 tokens in the vocabularies of current models: each word one, and the full stop.
      const sentences = Array.from({ length: Math.round(tokens / 8) }, sentence);
      return `${begin()}: ${sentences.join(" ")}`;
    },
  };
}
