import type { Kind, KindModel } from "./kind-models.ts";
import type { BenchOptions } from "./options.ts";
import type { PairRow } from "./pairs.ts";
import { measureEmbed } from "./part-embed.ts";
import { measureRank } from "./part-rank.ts";
import { measureSpeech } from "./part-speech.ts";
import { measureVision } from "./part-vision.ts";
import type { Prompts } from "./prompts.ts";
import type { BenchServer } from "./server.ts";

/** A model of a kind that is measured. */
export interface KindRun {
  server: Pick<BenchServer, "host" | "port" | "pid">;
  model: KindModel;
  prompts: Prompts;
  options: BenchOptions;
}

export const measureKind: Readonly<Record<Kind, (run: KindRun) => Promise<PairRow[]>>> = {
  embed: measureEmbed,
  rank: measureRank,
  speech: measureSpeech,
  vision: measureVision,
};

export const itemsOf: Readonly<Record<Kind, string>> = {
  embed: "embeddings/s",
  rank: "queries/s of 16 documents",
  speech: "seconds of speech/s",
  vision: "pictures/s",
};
