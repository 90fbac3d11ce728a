import { OvError } from "../errors.ts";
import type { GenerateRequest } from "../protocol/generate.ts";
import { createAnswerReader } from "./answer.ts";
import type { CompiledForm } from "./constraint.ts";
import { type FimPrompt, type FimTokens, renderFim } from "./fim.ts";
import { type EngineFacts, requireCapability } from "./model.ts";
import type { PlanOptions, PreparedText } from "./plan.ts";
import type { TextRequest } from "./request.ts";
import { type SamplingDefaults, toSampling } from "./sampling.ts";
import type { LooseSchema } from "./tools/choice.ts";

/**
 * A request to continue prompts without a chat template. There are neither tools nor reasoning, so any
 * model can do it, even a base model.
 */
export interface RawRequest
  extends Pick<TextRequest, "form" | "sampling" | "stops" | "maxTokens" | "ignoreEos" | "logprobs"> {
  /** Each is answered by `choices` choices, all in one answer: those of the first come first. */
  prompts: readonly RawPrompt[];
  choices: number;
  /** Keep special tokens in the text; they are also kept if a stop string is one. */
  specialTokens: boolean;
}

export type RawPrompt =
  /**
   * The tokenizer's own special tokens, such as a begin-of-text token, are added unless they are there already.
   * `bare`: it never is.
   */
  | { type: "text"; text: string; bare?: boolean }
  | { type: "tokens"; tokens: readonly number[] }
  /** `at`: the field that asks for a gap to be filled, for errors. */
  | ({ type: "fim"; at: string } & FimPrompt);

/** What is needed to let a loaded model continue a prompt. */
export interface RawModel {
  facts: EngineFacts;
  defaults: SamplingDefaults;
  /** null: its vocabulary has none. Looked up only if a prompt has a gap. */
  fim: FimTokens | null;
}

/** A checked request: what it means before the model is known. */
export interface RawPlan {
  /** The number for all prompts together. */
  choices: number;
  /** What the grammar does not hold the answer to whole, so that it has to be checked. */
  loose: readonly LooseSchema[];
  /** Whether a model's `fim` has to be known. */
  needsFim: boolean;
  /** Throws `unsupported_parameter` for what the model or its engine cannot do. */
  prepare(model: RawModel): PreparedText;
}

/** Throws `unsupported_parameter` or `invalid_request` for what no model could honour. */
export function planRaw(request: RawRequest, options: PlanOptions): RawPlan {
  const { form } = options.rules;
  const { prompts, choices } = request;
  return {
    choices: prompts.length * choices,
    loose: form?.loose ? [form.loose] : [],
    needsFim: prompts.some(({ type }) => type === "fim"),
    prepare(model) {
      const shared = toSharedRequest(request, form, model, options);
      const prepared = prompts.map((prompt) => ({
        ...shared,
        ...toEnginePrompt(prompt, model, shared.max_tokens),
        special_tokens: keepsSpecialTokens(request, prompt, model),
      }));
      return {
        warning: null,
        choice(index) {
          const prompt = prompts[Math.floor(index / choices)];
          const asked = prepared[Math.floor(index / choices)];
          if (!prompt || !asked) throw new RangeError(`There is no choice ${index}`);
          const seed = asked.sampling.seed + (index % choices);
          const stops = [...request.stops, ...endsOf(prompt, model)];
          return {
            request: {
              ...asked,
              sampling: { ...asked.sampling, seed },
              ...(stops.length > 0 && { lengths: true }),
            },
            reader: createAnswerReader({
              reasoning: null,
              calls: null,
              stops,
              newCallId: options.newCallId,
            }),
            closeThought: () => null,
          };
        },
      };
    },
  };
}

type Shared = Omit<GenerateRequest, "prompt" | "add_special_tokens" | "special_tokens">;

function toSharedRequest(
  request: RawRequest,
  form: CompiledForm | null,
  { facts, defaults }: RawModel,
  options: PlanOptions,
): Shared {
  const { choices, logprobs, maxTokens, ignoreEos, sampling } = request;
  if (form) requireCapability(facts, "grammar", form.param);
  if (logprobs) requireCapability(facts, "logprobs", logprobs.at);
  return {
    grammar: form?.grammar ?? null,
    sampling: toSampling(sampling, defaults, { seed: options.seed, choices }),
    max_tokens: Math.min(maxTokens ?? options.maxTokens, facts.context_length),
    // A grammar decides itself where the answer ends.
    ignore_eos: ignoreEos && form === null,
    logprobs: logprobs !== null,
  };
}

function toEnginePrompt(
  prompt: RawPrompt,
  { facts, fim }: RawModel,
  maxTokens: number,
): Pick<GenerateRequest, "prompt" | "add_special_tokens"> {
  switch (prompt.type) {
    case "tokens":
      return { prompt: [...prompt.tokens], add_special_tokens: false };
    case "text":
      return toTextPrompt(prompt.text, facts, prompt.bare);
    case "fim":
      if (fim === null) throw hasNoFim(prompt.at);
      return toTextPrompt(renderFim(prompt, fim, roomFor(facts, maxTokens)), facts);
  }
}

/** The tokens that a prompt may have; a default limit on the answer takes a quarter of the context at most. */
function roomFor({ context_length: limit }: EngineFacts, maxTokens: number): number {
  return limit - Math.min(maxTokens, Math.floor(limit / 4));
}

/** An empty prompt asks for a new document, as in OpenAI's API: the model sees the token that precedes documents. */
function toTextPrompt(
  text: string,
  { bos_token: start, eos_token: end }: EngineFacts,
  bare = false,
): Pick<GenerateRequest, "prompt" | "add_special_tokens"> {
  if (text === "") return { prompt: start || end, add_special_tokens: false };
  const isThere = start !== "" && text.startsWith(start);
  return { prompt: text.toWellFormed(), add_special_tokens: !bare && !isThere };
}

/** In the form of special tokens: `<|endoftext|>`, `<EOT>`, `[/INST]`. */
const special = /^\s*(<[^\s<>]+>|\[\/?[A-Z_]+\])$/;

/** A stop string that is a special token matches only if those stay in the text. */
function keepsSpecialTokens(request: RawRequest, prompt: RawPrompt, { facts }: RawModel): boolean {
  if (!facts.capabilities.includes("special_tokens")) return false;
  return request.specialTokens || prompt.type === "fim" || request.stops.some((stop) => special.test(stop));
}

function endsOf({ type }: RawPrompt, { fim }: RawModel): readonly string[] {
  return type === "fim" && fim ? fim.ends : [];
}

function hasNoFim(param: string): OvError {
  return new OvError(
    "unsupported_parameter",
    {
      what: `"${param}" is not supported by this model`,
      why: "its vocabulary has no fill-in-the-middle tokens",
      next: "Use a code model that has them, such as Qwen2.5-Coder, StarCoder2, Granite Code or Codestral.",
    },
    { param },
  );
}
