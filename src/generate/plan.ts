import { OvError } from "../errors.ts";
import type { GenerateRequest, ImageFile } from "../protocol/generate.ts";
import { type AnswerReader, createAnswerReader } from "./answer.ts";
import { type AnswerRules, toAnswerGrammar } from "./constraint.ts";
import { toPrefill } from "./conversation.ts";
import { cutAnswer } from "./cut-source.ts";
import { listImages, refuseImages, toImagePrompt } from "./images.ts";
import { requireCapability, type TextModel, toPrompted } from "./model.ts";
import type { RenderedPrompt } from "./prompt.ts";
import type { PromptSource } from "./prompt-source.ts";
import { createReasoningSplitter } from "./reasoning.ts";
import type { TextRequest } from "./request.ts";
import { toRounds } from "./rounds.ts";
import { toSampling } from "./sampling.ts";
import { isSpecial } from "./template/reasoning-tags.ts";
import { type ClosedThought, createThoughtBudget } from "./thought-budget.ts";
import type { LooseSchema, ToolChoice } from "./tools/choice.ts";

/** One choice: the request to the engine, and the reader of its text. */
export interface Choice {
  request: GenerateRequest;
  reader: AnswerReader;
  /** Ask this after each text that the reader has read: whether the engine must continue from another prompt. */
  closeThought: (text: string, tokens: number) => ClosedThought | null;
}

/** A plan for one model, with its prompt and grammar. */
export interface PreparedText {
  /** What the operator should know: the template failed, and how it was avoided. null: it did not. */
  warning: string | null;
  /** `index` counts from 0. */
  choice(index: number): Choice;
}

/** A checked request: what it means before the model is known. */
export interface TextPlan {
  choices: number;
  /** The schemas that the grammar does not fully enforce, so that the answer has to be checked. */
  loose: readonly LooseSchema[];
  /** What `renderFor` makes the prompt from. */
  source: PromptSource;
  /**
   * Makes the grammar of the answer to this prompt, once for all choices. Throws `unsupported_parameter` for what the
   * engine cannot do.
   */
  prepare(model: TextModel, prompt: RenderedPrompt): PreparedText;
}

export interface PlanOptions {
  /** The seed for a request without one. */
  seed: number;
  /** The limit for a request without one. */
  maxTokens: number;
  /** The result of `compileRules` for the request. */
  rules: AnswerRules;
  /** Ids for the calls, unique within a conversation. */
  newCallId: () => string;
  /** As `PromptSource` has it. */
  marker: string | null;
  /** The conversation's images, in their order. Absent: none; a prompt that is only rendered needs none. */
  images?: readonly ImageFile[];
}

/** Throws `unsupported_parameter` or `invalid_request` for what no model could honour. */
export function planText(request: TextRequest, options: PlanOptions): TextPlan {
  refuseNoContinuation(request);
  const { rules } = options;
  const { tools, form } = rules;
  return {
    choices: request.choices,
    loose: form?.loose ? [...tools.loose, form.loose] : tools.loose,
    source: { request, rounds: toRounds(request.conversation.turns), tools, marker: options.marker },
    prepare(given, prompt) {
      const model = prompt.explained ? toPrompted(given) : given;
      const shared = toSharedRequest(request, { rules, prompt, model, options });
      return {
        warning: prompt.explained ? toolsFailed : given.warning,
        choice(index) {
          // Each choice has its own random numbers, which the same seed repeats.
          const own = { ...shared, sampling: { ...shared.sampling, seed: shared.sampling.seed + index } };
          const reader = toReader(request, { tools, prompt, model, options });
          const closeThought = createThoughtBudget({
            budget: request.thinkingBudget,
            request: own,
            reader,
            close: model.thoughtEnd,
            // If control tokens stay in the text, plain text that looks like one cannot be told apart.
            cut: (text) => cutAnswer(text, own.special_tokens ? null : options.marker, model),
            toGrammar: (text) => toAnswerGrammar(rules, model, { text, within: "nothing" }),
          });
          return { request: own, reader, closeThought };
        },
      };
    },
  };
}

const toolsFailed =
  "The model's chat template fails with the tools of a request, so they are explained to the model in our own words.";

interface Prepared {
  prompt: RenderedPrompt;
  model: TextModel;
  options: PlanOptions;
}

/** The request to the engine that all choices share. */
function toSharedRequest(
  request: TextRequest,
  { rules, prompt, model, options }: Prepared & { rules: AnswerRules },
): GenerateRequest {
  const { choices, logprobs, maxTokens, ignoreEos } = request;
  const grammar = toAnswerGrammar(rules, model, prompt);
  if (logprobs) requireCapability(model.facts, "logprobs", logprobs.at);
  const shown = toEnginePrompt(request, prompt, model, options.images);
  return {
    prompt: shown.text,
    ...(shown.images && { images: shown.images }),
    ...(prompt.cut !== null && { cut: prompt.cut }),
    add_special_tokens: false,
    grammar,
    special_tokens: marksBySpecialTokens(model, rules.tools),
    sampling: toSampling(request.sampling, model.defaults, { seed: options.seed, choices }),
    max_tokens: Math.min(maxTokens ?? options.maxTokens, model.facts.context_length),
    // A grammar decides itself where the answer ends.
    ignore_eos: ignoreEos && grammar === null,
    logprobs: logprobs !== null,
    ...(request.stops.length > 0 && { lengths: true }),
  };
}

/** `images`: the files of the conversation's. Throws `unsupported_parameter` for those that the model cannot see. */
export function toEnginePrompt(
  { conversation }: TextRequest,
  prompt: Pick<RenderedPrompt, "text">,
  { facts }: TextModel,
  images: readonly ImageFile[] = [],
): { text: string; images?: ImageFile[] } {
  if (images.length === 0) return { text: prompt.text };
  if (!facts.capabilities.includes("images")) refuseImages(listImages(conversation.turns), "this model");
  const { text, images: shown } = toImagePrompt(prompt.text, images);
  return { text, ...(shown.length > 0 && { images: shown }) };
}

/** Whether special tokens have to stay in the text for calls or reasoning to be found. */
function marksBySpecialTokens({ facts, format, traits }: TextModel, { callable }: ToolChoice): boolean {
  if (!facts.capabilities.includes("special_tokens")) return false;
  const { reasoning } = traits;
  if (format.specialTokens && (format.readsAll || callable.length > 0 || reasoning)) return true;
  return reasoning !== null && isSpecial(reasoning);
}

/** The special tokens that are never shown to a client. */
function toMarkers({ format, traits: { reasoning } }: TextModel): string[] {
  return [...format.markers, ...(reasoning && isSpecial(reasoning) ? [reasoning.open, reasoning.close] : [])];
}

function toReader(
  { stops }: TextRequest,
  { tools: { callable }, prompt, model, options }: Prepared & { tools: ToolChoice },
): AnswerReader {
  const { format, traits } = model;
  const { reasoning } = traits;
  return createAnswerReader({
    reasoning:
      reasoning && !format.readsAll && prompt.within !== "content"
        ? createReasoningSplitter({ ...reasoning, startsOpen: prompt.within === "thought" })
        : null,
    calls: callable.length > 0 || format.readsAll ? format.createParser(callable) : null,
    unmarked: format.unmarked ?? false,
    markers: toMarkers(model),
    stops,
    newCallId: options.newCallId,
  });
}

function refuseNoContinuation({ continueLast, conversation: { turns } }: TextRequest): void {
  if (!continueLast || toPrefill(turns)) return;
  throw new OvError(
    "invalid_request",
    `"${continueLast.at}" asks to continue the last message, but only an assistant's message without tool calls can be continued: send one.`,
    { param: continueLast.at },
  );
}
