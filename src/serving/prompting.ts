import { LRUCache } from "lru-cache";
import type { LoadedModel } from "../engine/model/loaded.ts";
import { OvError } from "../errors.ts";
import type { AnswerRules, RulesSource } from "../generate/constraint.ts";
import { createTextModel, type TextModel } from "../generate/model.ts";
import { type RenderedPrompt, refuseTooMuch, renderFor } from "../generate/prompt.ts";
import type { PromptSource } from "../generate/prompt-source.ts";
import { OutOfSteps } from "../generate/template/jinja/budget.ts";
import type { ToolFormatName } from "../tool-formats.ts";
import { type RunTextJob, runAtOnce } from "./text-jobs.ts";
import { weighsAtMost } from "./weight.ts";

/** Prepares a request for the engine without blocking the daemon's event loop. */
export interface Prompting {
  /** See `generate/constraint.ts`. */
  compileRules(request: RulesSource, client: string): Promise<AnswerRules>;
  /** Made once for each load and tool-call format, and dropped together with the model. */
  modelOf(loaded: LoadedModel, toolFormat: ToolFormatName | undefined, client: string): Promise<TextModel>;
  /** See `generate/prompt.ts`. */
  render(source: PromptSource, model: TextModel, options: PromptOptions): Promise<RenderedPrompt>;
}

export interface PromptOptions {
  now: Date;
  addGenerationPrompt?: boolean;
  client: string;
}

/** Characters of tools and forms with their grammars: some 10 MB. */
const keptRules = 5_000_000;
/** The most values of tools and forms that are cached; see weight.ts. 1 MB of text at most. */
const keptWeight = 30_000;
/** The most values of tools and forms that are accepted: some 4 MB of text, which fills any context. */
const mostWeight = 130_000;
/** What is rendered on the event loop: nearly all requests. Its steps take up to 10 ms. */
const lightWeight = 2000;
const lightSteps = 60_000;

export function createPrompting(run: RunTextJob = runAtOnce()): Prompting {
  const rules = new LRUCache<string, AnswerRules>({
    maxSize: keptRules,
    sizeCalculation: (_, key) => 2 * key.length,
  });
  const models = new WeakMap<LoadedModel, Map<string | undefined, Promise<TextModel>>>();

  async function makeModel(
    { host, defaults }: LoadedModel,
    toolFormat: ToolFormatName | undefined,
    client: string,
  ): Promise<TextModel> {
    const traits = await run("probeTemplate", host.ready, client);
    return createTextModel(host.ready, { defaults, toolFormat, traits });
  }

  return {
    async compileRules({ tools, toolChoice, form }, client) {
      const source = { tools, toolChoice, form };
      const isKept = weighsAtMost(keptWeight, source);
      if (!isKept && !weighsAtMost(mostWeight, source))
        throw tooLarge(tools[0]?.at ?? form?.param ?? toolChoice.at);
      const key = isKept ? JSON.stringify(source) : null;
      const known = key === null ? undefined : rules.get(key);
      if (known) return known;
      const made = await run("compileRules", source, client);
      if (key !== null) rules.set(key, made);
      return made;
    },
    modelOf(loaded, toolFormat, client) {
      const forms = models.get(loaded) ?? new Map<string | undefined, Promise<TextModel>>();
      models.set(loaded, forms);
      const before = forms.get(toolFormat);
      if (before) return before;
      const made = makeModel(loaded, toolFormat, client);
      forms.set(toolFormat, made);
      // A failure is not cached, so it is reported each time, and a model that got no thread is made later.
      made.catch(() => forms.delete(toolFormat));
      return made;
    },
    async render(source, model, { now, client, addGenerationPrompt = true }) {
      if (weighsAtMost(lightWeight, source)) {
        try {
          return renderFor(source, model, { now, addGenerationPrompt, steps: lightSteps });
        } catch (error) {
          if (!(error instanceof OvError && error.cause instanceof OutOfSteps)) throw error;
        }
      }
      refuseTooMuch(source, model.facts.context_length);
      const portable = { facts: model.facts, toolFormat: model.format.name, traits: model.traits };
      // Copying a long conversation takes time on this side, and the prompt needs only its rounds.
      const { request } = source;
      const slim = {
        ...source,
        request: { ...request, conversation: { ...request.conversation, turns: [] } },
      };
      const job = { source: slim, model: portable, now, addGenerationPrompt };
      return await run("renderPrompt", job, client);
    },
  };
}

function tooLarge(param: string): OvError {
  const what = "The tools and the form of the answer are too large together for any model's context";
  return new OvError("invalid_request", { what, next: "Send fewer or shorter ones." }, { param });
}
