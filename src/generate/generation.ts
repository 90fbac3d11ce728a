import type { ChatCompletionRequest } from "../api/openai/chat/request.ts";
import type { CompileSchema } from "../grammar/json-schema/compiled.ts";
import type { Grammar } from "../protocol/grammar.ts";
import type { Sampling } from "../protocol/sampling.ts";
import { type AnswerReader, createAnswerReader } from "./answer.ts";
import { type AnswerRules, toAnswerGrammar } from "./constraint.ts";
import { requireCapability } from "./engine-facts.ts";
import type { ChatModel } from "./model.ts";
import { renderPrompt } from "./prompt.ts";
import { createReasoningSplitter } from "./reasoning.ts";
import { planResponseFormat } from "./response-format.ts";
import { type SamplingDefaults, toSampling } from "./sampling.ts";
import { refuseUnsupported } from "./supported.ts";
import { opensReasoning } from "./template/reasoning-tags.ts";
import { toRounds } from "./template/tool-rounds.ts";
import { toTurns } from "./template/turns.ts";
import { type ToolChoice, toToolChoice } from "./tools/choice.ts";

/** What the engine is asked to do for one choice of an answer. */
export interface ChoiceRequest {
  prompt: string;
  grammar: Grammar | null;
  special_tokens: boolean;
  sampling: Sampling;
  max_tokens: number;
  ignore_eos: boolean;
  logprobs: boolean;
}

/** One choice: what to ask the engine, and what reads its text. */
export interface Choice {
  request: ChoiceRequest;
  reader: AnswerReader;
}

/** What the model's loaded engine decides of an answer. */
export interface ChoiceContext {
  model: ChatModel;
  defaults: SamplingDefaults;
  now: Date;
  newCallId: () => string;
}

/** A checked request, ready to be turned into one engine request per choice. */
export interface ChatPlan {
  choices: number;
  logprobs: boolean;
  /** Throws `chat_template_failed`, `context_length_exceeded`, and `unsupported_parameter` for what the engine cannot do. */
  toChoice(index: number, context: ChoiceContext): Choice;
}

export interface PlanOptions {
  /** Used when the request has none. */
  seed: number;
  /** The bound when the request has none. */
  maxTokens: number;
  compileSchema: CompileSchema;
}

/** Throws `unsupported_parameter` or `invalid_request`. */
export function planChat(
  request: ChatCompletionRequest,
  { seed, maxTokens, compileSchema }: PlanOptions,
): ChatPlan {
  refuseUnsupported(request);
  // What no template can render is refused here, before a model is loaded for it.
  toRounds(toTurns(request.messages), ({ id }, count) => id ?? String(count));
  const rules: AnswerRules = {
    tools: toToolChoice(request, compileSchema),
    form: planResponseFormat(request, compileSchema),
  };
  const logprobs = request.logprobs ?? false;
  return {
    choices: request.n ?? 1,
    logprobs,
    toChoice(index, context) {
      const { model, defaults } = context;
      const prompt = renderPrompt(request, rules.tools, model, context.now);
      const grammar = toAnswerGrammar(rules, model, prompt);
      if (logprobs) requireCapability(model.facts, "logprobs", "logprobs");
      const sampling = toSampling(request, defaults, seed);
      const wanted = request.max_completion_tokens ?? request.max_tokens ?? maxTokens;
      return {
        request: {
          prompt,
          grammar,
          special_tokens: marksBySpecialTokens(model, rules.tools),
          // Each choice draws its own numbers, the same ones again for the same seed.
          sampling: { ...sampling, seed: sampling.seed + index },
          max_tokens: Math.min(wanted, model.facts.context_length),
          // A grammar says itself where the answer ends.
          ignore_eos: (request.ignore_eos ?? false) && grammar === null,
          logprobs,
        },
        reader: toReader(request, rules.tools, prompt, context),
      };
    },
  };
}

/** Reasoning that is marked in angle brackets is so by ordinary tokens: DeepSeek R1, Qwen3, SmolLM3. */
function marksBySpecialTokens({ facts, format, traits }: ChatModel, { callable }: ToolChoice): boolean {
  if (!facts.capabilities.includes("special_tokens")) return false;
  if (format.specialTokens && (format.readsAll || callable.length > 0)) return true;
  return traits.reasoning !== null && /^(\[|<\|)/.test(traits.reasoning.open);
}

function toReader(
  { stop }: ChatCompletionRequest,
  { callable, legacy }: ToolChoice,
  prompt: string,
  { model: { format, traits }, newCallId }: ChoiceContext,
): AnswerReader {
  const { reasoning } = traits;
  return createAnswerReader({
    reasoning:
      reasoning && !format.readsAll
        ? createReasoningSplitter({ ...reasoning, startsOpen: opensReasoning(prompt, reasoning) })
        : null,
    calls: callable.length > 0 || format.readsAll ? format.createParser(callable) : null,
    legacy,
    stops: typeof stop === "string" ? [stop] : (stop ?? []),
    newCallId,
  });
}
