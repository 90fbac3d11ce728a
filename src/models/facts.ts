import { stat } from "node:fs/promises";
import { describeModel, type ModelDescription } from "./folder.ts";

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
  const known = new Map<string, { changed: number; facts: Promise<ModelFacts> }>();
  return async (path) => {
    const found = await stat(path).catch(() => null);
    if (!found) return unknown;
    const before = known.get(path);
    if (before?.changed === found.mtimeMs) return before.facts;
    const modified = Math.floor(found.mtimeMs / 1000);
    const facts = describeModel(path).then(
      (description) => ({ contextLength: description.contextLength, modified, description }),
      () => ({ ...unknown, modified }),
    );
    known.set(path, { changed: found.mtimeMs, facts });
    return facts;
  };
}
