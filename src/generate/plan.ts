import { OvError } from "../errors.ts";
import type { GenerateRequest } from "../protocol/generate.ts";
import { type AnswerReader, createAnswerReader } from "./answer.ts";
import { type AnswerRules, toAnswerGrammar } from "./constraint.ts";
import type { Conversation, Part } from "./conversation.ts";
import { requireCapability, type TextModel } from "./model.ts";
import type { PromptSource } from "./prompt.ts";
import { createReasoningSplitter } from "./reasoning.ts";
import type { TextRequest } from "./request.ts";
import { toRounds } from "./rounds.ts";
import { toSampling } from "./sampling.ts";
import { opensReasoning } from "./template/reasoning-tags.ts";
import type { ToolChoice } from "./tools/choice.ts";

/** One choice: what to ask the engine, and what reads its text. */
export interface Choice {
  request: GenerateRequest;
  reader: AnswerReader;
}

/** A plan for one model: its prompt and grammar are made. */
export interface PreparedText {
  /** `index` counts from 0. */
  choice(index: number): Choice;
}

/** A checked request: what it means before the model is known. */
export interface TextPlan {
  choices: number;
  /** What `renderPrompt` makes the prompt of. */
  source: PromptSource;
  /**
   * Makes the grammar of the answer to this prompt, once for all choices. Throws `unsupported_parameter` for what the
   * engine cannot do.
   */
  prepare(model: TextModel, prompt: string): PreparedText;
}

export interface PlanOptions {
  /** Used when the request has none. */
  seed: number;
  /** The bound when the request has none. */
  maxTokens: number;
  /** What `compileRules` made of the request. */
  rules: AnswerRules;
  /** Ids for the calls, unique within a conversation. */
  newCallId: () => string;
}

/** Throws `unsupported_parameter` or `invalid_request` for what no model could honour. */
export function planText(request: TextRequest, options: PlanOptions): TextPlan {
  refuseImages(request.conversation);
  const { rules } = options;
  const { tools } = rules;
  return {
    choices: request.choices,
    source: { request, rounds: toRounds(request.conversation.turns), tools },
    prepare(model, prompt) {
      const shared = toSharedRequest(request, { rules, prompt, model, options });
      return {
        choice: (index) => ({
          // Each choice draws its own numbers, the same ones again for the same seed.
          request: { ...shared, sampling: { ...shared.sampling, seed: shared.sampling.seed + index } },
          reader: toReader(request, { tools, prompt, model, options }),
        }),
      };
    },
  };
}

interface Prepared {
  prompt: string;
  model: TextModel;
  options: PlanOptions;
}

/** What all choices ask of the engine. */
function toSharedRequest(
  request: TextRequest,
  { rules, prompt, model, options }: Prepared & { rules: AnswerRules },
): GenerateRequest {
  const { choices, logprobs, maxTokens, ignoreEos } = request;
  const grammar = toAnswerGrammar(rules, model, prompt);
  if (logprobs) requireCapability(model.facts, "logprobs", logprobs.at);
  return {
    prompt,
    grammar,
    special_tokens: marksBySpecialTokens(model, rules.tools),
    sampling: toSampling(request.sampling, model.defaults, { seed: options.seed, choices }),
    max_tokens: Math.min(maxTokens ?? options.maxTokens, model.facts.context_length),
    // A grammar decides itself where the answer ends.
    ignore_eos: ignoreEos && grammar === null,
    logprobs: logprobs !== null,
  };
}

/** Reasoning between angle brackets is marked by ordinary tokens: DeepSeek R1, Qwen3, SmolLM3. */
function marksBySpecialTokens({ facts, format, traits }: TextModel, { callable }: ToolChoice): boolean {
  if (!facts.capabilities.includes("special_tokens")) return false;
  if (format.specialTokens && (format.readsAll || callable.length > 0)) return true;
  return traits.reasoning !== null && /^(\[|<\|)/.test(traits.reasoning.open);
}

function toReader(
  { stops }: TextRequest,
  { tools: { callable }, prompt, model, options }: Prepared & { tools: ToolChoice },
): AnswerReader {
  const { format, traits } = model;
  const { reasoning } = traits;
  return createAnswerReader({
    reasoning:
      reasoning && !format.readsAll
        ? createReasoningSplitter({ ...reasoning, startsOpen: opensReasoning(prompt, reasoning) })
        : null,
    calls: callable.length > 0 || format.readsAll ? format.createParser(callable) : null,
    stops,
    newCallId: options.newCallId,
  });
}

/** The one place that knows that every served model takes text only. */
function refuseImages({ turns }: Conversation): void {
  const parts = turns.flatMap((turn) => turn.parts);
  const within = (part: Part): readonly Part[] => (part.type === "result" ? part.content : [part]);
  const image = parts.flatMap(within).find(({ type }) => type === "image");
  if (!image) return;
  throw new OvError(
    "unsupported_parameter",
    `"${image.at}" is an image, but the models here take text only: leave it out.`,
    { param: image.at },
  );
}
