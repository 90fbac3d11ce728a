import { LRUCache } from "lru-cache";
import { type AnswerRules, compileRules, type RulesSource } from "../generate/constraint.ts";
import { createTextModel, type EngineFacts, type TextModel, toTemplateSource } from "../generate/model.ts";
import { type RenderedPrompt, renderFor } from "../generate/prompt.ts";
import type { PromptSource } from "../generate/prompt-source.ts";
import { probeTemplate } from "../generate/template/probe.ts";
import { compileTemplate } from "../generate/template/template.ts";
import type { TemplateTraits } from "../generate/template/traits.ts";
import { createSchemaCompiler } from "../grammar/json-schema/compiled.ts";
import type { ToolFormatName } from "../tool-formats.ts";

/** A model in a form that a structured clone can carry. */
export interface PortableModel {
  facts: EngineFacts;
  toolFormat: ToolFormatName | undefined;
  traits: TemplateTraits;
}

export interface RenderJob {
  source: PromptSource;
  model: PortableModel;
  now: Date;
  addGenerationPrompt: boolean;
}

interface TextJobTypes {
  compileRules: { input: RulesSource; output: AnswerRules };
  probeTemplate: { input: EngineFacts; output: TemplateTraits };
  renderPrompt: { input: RenderJob; output: RenderedPrompt };
}

/** The parts of a text request that may take long, as pure functions of values that can be sent to a thread. */
export type TextJobs = {
  [Name in keyof TextJobTypes]: (input: TextJobTypes[Name]["input"]) => TextJobTypes[Name]["output"];
};

/** Runs one of these jobs, in a thread or on the event loop. `client`: the client that it is for. */
export type RunTextJob = <Name extends keyof TextJobTypes>(
  name: Name,
  input: TextJobTypes[Name]["input"],
  client: string,
) => Promise<TextJobTypes[Name]["output"]>;

/** Runs them directly, on the event loop. */
export function runAtOnce(): RunTextJob {
  const jobs = createTextJobs();
  return async (name, input) => jobs[name](input);
}

/** How many models' templates stay parsed. */
const keptModels = 8;

export function createTextJobs(): TextJobs {
  const compileSchema = createSchemaCompiler();
  const models = new LRUCache<string, TextModel>({ max: keptModels });
  const toModel = ({ facts, toolFormat, traits }: PortableModel): TextModel => {
    const key = JSON.stringify([facts, toolFormat]);
    const model = models.get(key) ?? createTextModel(facts, { defaults: {}, toolFormat, traits });
    models.set(key, model);
    return model;
  };
  return {
    compileRules: (source) => compileRules(source, compileSchema),
    probeTemplate: (facts) => probeTemplate(compileTemplate(toTemplateSource(facts))),
    renderPrompt: ({ source, model, now, addGenerationPrompt }) =>
      renderFor(source, toModel(model), { now, addGenerationPrompt }),
  };
}
