import type { LoadedModel } from "../engine/model/loaded.ts";
import type { Host } from "../engine/supervise/types.ts";
import type { RulesSource } from "../generate/constraint.ts";
import { applyDefaults, applyRawDefaults } from "../generate/defaults.ts";
import { type FimTokens, findFimTokens } from "../generate/fim.ts";
import { type PlanOptions, type PreparedText, planText, toEnginePrompt } from "../generate/plan.ts";
import { planRaw, type RawRequest } from "../generate/raw.ts";
import type { TextRequest } from "../generate/request.ts";
import type { LooseSchema } from "../generate/tools/choice.ts";
import type { ImageFile } from "../protocol/generate.ts";
import type { CatalogModel } from "./catalog.ts";
import { checkImages, refuseToTokenize } from "./images.ts";
import { createPrompting } from "./prompting.ts";
import type { RunTextJob } from "./text-jobs.ts";
import type { ShownText } from "./tokenize.ts";

/** A checked request of any kind, planned for a loaded model. */
export interface AnswerPlan {
  choices: number;
  /** Choices of the same prompt, which is counted once. */
  choicesPerPrompt: number;
  /** The schemas that the grammar does not fully enforce, so that the answer has to be checked. */
  loose: readonly LooseSchema[];
  /** Called once for all choices: another model comes only if another engine takes over. */
  prepare(loaded: LoadedModel, signal: AbortSignal): Promise<PreparedText>;
}

export interface PlannerDeps {
  newId: () => string;
  newSeed: () => number;
  /** OV_SPECIAL_TOKENS. Absent: control */
  specialTokens?: "control" | "text";
  maxTokens: number;
  runTextJob?: RunTextJob;
  now?: () => Date;
}

export interface RenderOptions {
  addGenerationPrompt: boolean;
  client: string;
  /** The files of the conversation's images; absent: it has none. */
  images?: readonly ImageFile[];
}

/** The client, and the files of the conversation's images. */
export interface Asked {
  client: string;
  images: readonly ImageFile[];
}

/** Plans requests with the model's defaults, without blocking the daemon's event loop. */
export function createPlanner(deps: PlannerDeps) {
  const { newId, newSeed, specialTokens, maxTokens, now = () => new Date() } = deps;
  const prompting = createPrompting(deps.runTextJob);
  const readFim = createFimReader();
  const newCallId = () => `call_${newId().slice(0, 24)}`;
  const toOptions = async (source: RulesSource, { client, images }: Asked): Promise<PlanOptions> => ({
    seed: newSeed(),
    maxTokens,
    rules: await prompting.compileRules(source, client),
    newCallId,
    // Only letters and digits: a template may trim, quote or escape anything else.
    marker: specialTokens === "text" ? `zebracut${newId()}` : null,
    images,
  });
  const modelOf = (loaded: LoadedModel, { entry }: CatalogModel, client: string) =>
    prompting.modelOf(loaded, entry.tool_format, client);

  async function toText({ defaults = {} }: CatalogModel, given: TextRequest, asked: Asked) {
    const request = applyDefaults(given, defaults);
    return planText(request, await toOptions(request, asked));
  }

  async function planConversation(
    model: CatalogModel,
    request: TextRequest,
    asked: Asked,
  ): Promise<AnswerPlan> {
    const { client } = asked;
    const { choices, loose, source, prepare } = await toText(model, request, asked);
    let time: Date | undefined;
    return {
      choices,
      choicesPerPrompt: choices,
      loose,
      prepare: onceForEachLoad(async (loaded) => {
        // One time for all.
        time ??= now();
        const made = await modelOf(loaded, model, client);
        return prepare(made, await prompting.render(source, made, { now: time, client }));
      }),
    };
  }

  async function planContinuation(
    { defaults = {} }: CatalogModel,
    given: RawRequest,
    asked: Asked,
  ): Promise<AnswerPlan> {
    const request = applyRawDefaults(given, defaults);
    const options = await toOptions({ tools: [], toolChoice: noTools, form: request.form }, asked);
    const { choices, loose, needsFim, prepare } = planRaw(request, options);
    return {
      choices,
      choicesPerPrompt: request.choices,
      loose,
      prepare: onceForEachLoad(async ({ host, defaults }, signal) => {
        const fim = needsFim ? await readFim(host, signal) : null;
        return prepare({ facts: host.ready, defaults, fim });
      }),
    };
  }

  return {
    /** Throws `invalid_request` or `unsupported_parameter` for what no model could honour. */
    plan: (model: CatalogModel, request: TextRequest | RawRequest, asked: Asked): Promise<AnswerPlan> =>
      "prompts" in request
        ? planContinuation(model, request, asked)
        : planConversation(model, request, asked),
    /** See `TextService.render`. */
    async render(
      model: CatalogModel,
      request: TextRequest,
      loaded: LoadedModel,
      { addGenerationPrompt, client, images = [] }: RenderOptions,
    ): Promise<ShownText> {
      checkImages(request, model);
      if (images.length === 0) refuseToTokenize(request);
      const { source } = await toText(model, request, { client, images });
      const options = { now: now(), addGenerationPrompt, client };
      const made = await modelOf(loaded, model, client);
      const prompt = await prompting.render(source, made, options);
      return { ...prompt, ...toEnginePrompt(request, prompt, made, images) };
    },
  };
}

const noTools: TextRequest["toolChoice"] = { mode: "auto", names: null, parallel: null, at: "tool_choice" };

function onceForEachLoad(prepare: AnswerPlan["prepare"]): AnswerPlan["prepare"] {
  const known = new WeakMap<LoadedModel, Promise<PreparedText>>();
  return (loaded, signal) => {
    const prepared = known.get(loaded) ?? prepare(loaded, signal);
    known.set(loaded, prepared);
    return prepared;
  };
}

/** Finds a model's fill-in-the-middle tokens, once for each load. */
function createFimReader(): (host: Host, signal: AbortSignal) => Promise<FimTokens | null> {
  const known = new WeakMap<Host, FimTokens | null>();
  return async (host, signal) => {
    const before = known.get(host);
    if (before !== undefined) return before;
    const found = await findFimTokens(async (text) => (await countTokens(host, text, signal)) === 1);
    known.set(host, found);
    return found;
  };
}

async function countTokens(host: Host, text: string, signal: AbortSignal): Promise<number> {
  const request = { text, add_special_tokens: false, strings: false };
  const events = await Array.fromAsync(host.run("tokenize", request, signal));
  const [found] = events;
  return found?.type === "tokens" ? found.tokens.length : 0;
}
