import {
  estimateNeeds,
  findMostServed,
  type KnownModel,
  listKnownModels,
  type Memory,
  toReadyFormat,
} from "./known-models.ts";

/** A model of the catalogue, as a server pulls it: ready-made where Intel publishes it, otherwise converted to int8. */
export interface Suggestion extends Pick<KnownModel, "task" | "good_at" | "licence" | "gated" | "tools"> {
  /** What to pull. */
  pull: string;
  /** `owner/name` of the original. */
  model: string;
  /** No conversion is needed. */
  ready_made: boolean;
  /** In bytes, estimated. */
  download_bytes: number;
  /** To serve it, in bytes, estimated. */
  memory_bytes: number;
}

/** The models of the catalogue that a machine can serve and, unless they are ready-made, convert. */
export function listSuggestions(memory: Memory): Suggestion[] {
  const most = findMostServed(memory);
  return listKnownModels().flatMap((known) => {
    const suggestion = toSuggestion(known);
    const canConvert = suggestion.ready_made || estimateNeeds(known).conversion <= memory.withSwap;
    return canConvert && suggestion.memory_bytes <= most ? [suggestion] : [];
  });
}

function toSuggestion(known: KnownModel): Suggestion {
  const { name, repo, ready, task, good_at, licence, gated, tools } = known;
  const needs = estimateNeeds(known);
  const format = toReadyFormat(known);
  return {
    pull: ready ?? name,
    model: repo,
    task,
    good_at,
    licence,
    gated: gated && ready === null,
    tools,
    ready_made: ready !== null,
    download_bytes: Math.round(format === null ? needs.download : needs[format]),
    memory_bytes: Math.round(format === "int4" ? needs.memoryInt4 : needs.memoryInt8),
  };
}
