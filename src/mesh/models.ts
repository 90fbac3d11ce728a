import { type Static, Type } from "@sinclair/typebox";
import { Model } from "../api/openai/models.ts";
import type { Box } from "./boxes.ts";

/** What a router has to know about a model; boxes of other releases return it, too. */
export const BoxModel = Type.Pick(Model, [
  "id",
  "type",
  "parent",
  "context_length",
  "capabilities",
  "pinned",
  "state",
  "running",
  "waiting",
]);
export const BoxModels = Type.Object({ data: Type.Array(BoxModel) });
export type BoxModel = Static<typeof BoxModel>;

export interface BoxAnswer {
  box: Box;
  models: BoxModel[];
}

/** What a router does with a model, in LiteLLM's words. */
export type Mode = "chat" | "embedding" | "rerank" | "audio_transcription";

/** By `type` of a model; one that is not here cannot be routed. */
const modes: Readonly<Record<string, Mode>> = {
  llm: "chat",
  vlm: "chat",
  embeddings: "embedding",
  rerank: "rerank",
  transcription: "audio_transcription",
};

/** A model on a box, under one of its names. */
export interface Placed {
  box: Box;
  model: BoxModel;
  mode: Mode;
}

/** A name under which at least one box serves a model. */
export interface Offer {
  name: string;
  mode: Mode;
  placed: Placed[];
}

/**
 * The names that the boxes list, with aliases and presets, and the boxes for each. A name is one kind of model: a box on which it is
 * another kind than on the first is left out, and a sentence reports that.
 */
export function toOffers(answers: readonly BoxAnswer[]): { offers: Offer[]; problems: string[] } {
  const offers = new Map<string, Offer>();
  const problems: string[] = [];
  for (const { box, models } of answers) {
    for (const model of onceEach(models)) {
      const mode = modes[model.type];
      const fault = mode === undefined ? `nothing routes a model of type ${model.type}` : findFault(model.id);
      if (mode === undefined || fault !== null) {
        problems.push(`${model.id} on ${box.name} is left out: ${fault}.`);
        continue;
      }
      const offer = offers.get(model.id) ?? { name: model.id, mode, placed: [] };
      const [first] = offer.placed;
      offers.set(model.id, offer);
      if (first === undefined || offer.mode === mode) offer.placed.push({ box, model, mode });
      else problems.push(toContradiction(model, box, mode, first));
    }
  }
  return { offers: [...offers.values()], problems };
}

/** The models of one box, each id once: two deployments of one id would be one to LiteLLM. */
export function onceEach(models: readonly BoxModel[]): BoxModel[] {
  const seen = new Set<string>();
  return models.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** Why LiteLLM would misread a name; null: it would not. */
function findFault(name: string): string | null {
  if (name.startsWith("os.environ/")) return "LiteLLM would put the value of a variable in place of its name";
  if (name.includes("*")) return "LiteLLM would take its name for a pattern of names";
  return name.isWellFormed() ? null : "its name is no text";
}

function toContradiction({ id }: BoxModel, { name }: Box, mode: Mode, first: Placed): string {
  const kinds = `it is for ${mode} there, and for ${first.mode} on ${first.box.name}`;
  return `${id} on ${name} is left out: ${kinds}. Rename one of them with "ov-llm models rename".`;
}
