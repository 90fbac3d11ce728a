import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { readJsonFile } from "./hf-config.ts";

export const manifestFile = "conversion.json";

/** How near a converted model is to its original, and how fast. */
export const Quality = Type.Object({
  /** Of a text, each foreseen from all before it. */
  tokens: Type.Integer({ minimum: 1 }),
  /** The share of them for which both find the same next token likeliest. */
  agreement: Type.Number({ minimum: 0, maximum: 1 }),
  /** Of the converted model; less is better. */
  perplexity: Type.Number(),
  original_perplexity: Type.Number(),
  /** Of one answer, on the device that models run on by default. */
  tokens_per_second: Type.Number(),
});
export type Quality = Static<typeof Quality>;

/** conversion.json: what a converted folder came from. Further keys are allowed. All paths are absolute. */
export const Manifest = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    /** Where the Hugging Face folder lay when it was converted. */
    source_path: Type.String({ pattern: "^/" }),
    /** Where it lies after the conversion; the same as `source_path` where it was not moved. */
    original_path: Type.String({ pattern: "^/" }),
    converted_path: Type.String({ pattern: "^/" }),
    task: Type.String({ minLength: 1 }),
    /** The one that was really passed to the exporter. */
    weight_format: Type.String({ minLength: 1 }),
    /** How its int4 weights were made, where that was not left to the exporter. */
    int4: Type.Optional(
      Type.Object({
        /** Weights that share a scale; -1: a row. */
        group_size: Type.Integer(),
        symmetric: Type.Boolean(),
        /** The share of layers in int4; the others have int8. */
        ratio: Type.Number(),
      }),
    ),
    quality: Type.Optional(Quality),
    /** ISO 8601, UTC. */
    converted_at: Type.String({ minLength: 1 }),
  },
  { additionalProperties: true },
);
export type Manifest = Static<typeof Manifest>;

/** What is known of a conversion once it is done. */
export type Made = Pick<Manifest, "int4" | "quality">;

/** The manifest of a converted folder; null: it has none, or a damaged one. */
export function readManifest(folder: string): Manifest | null {
  return readJsonFile(join(folder, manifestFile), Manifest);
}
