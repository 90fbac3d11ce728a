import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { readJsonFile } from "./hf-config.ts";

export const manifestFile = "conversion.json";

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
    /** ISO 8601, UTC. */
    converted_at: Type.String({ minLength: 1 }),
  },
  { additionalProperties: true },
);
export type Manifest = Static<typeof Manifest>;

/** The manifest of a converted folder; null: it has none, or a damaged one. */
export function readManifest(folder: string): Manifest | null {
  return readJsonFile(join(folder, manifestFile), Manifest);
}
