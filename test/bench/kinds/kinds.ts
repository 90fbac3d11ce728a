import type { Kind } from "../models/kind-models.ts";
import { measureEmbed } from "./embed.ts";
import type { KindRun } from "./kind-run.ts";
import type { PairRow } from "./pairs.ts";
import { measureRank } from "./rank.ts";
import { measureSpeech } from "./speech.ts";
import { measureVision } from "./vision.ts";

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
