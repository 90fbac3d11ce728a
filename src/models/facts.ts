import { stat } from "node:fs/promises";
import type { ModelDescription } from "./description.ts";
import { createModelReader } from "./reader.ts";

/** What a list of models shows of one that is not loaded. */
export interface ModelFacts {
  /** In tokens; null: its files do not state it, or do not exist. */
  contextLength: number | null;
  /** When they changed last, Unix time in seconds; 0: they do not exist. */
  modified: number;
  /** null: they do not exist, or cannot be used. */
  description: ModelDescription | null;
}

const unknown: ModelFacts = { contextLength: null, modified: 0, description: null };

/** Reads a model's facts, once for each change of its folder or file. */
export function createFactsReader(): (path: string) => Promise<ModelFacts> {
  const read = createModelReader();
  return async (path) => {
    const found = await stat(path).catch(() => null);
    if (!found) return unknown;
    const modified = Math.floor(found.mtimeMs / 1000);
    return await read(path).then(
      (description) => ({ contextLength: description.contextLength, modified, description }),
      () => ({ ...unknown, modified }),
    );
  };
}
