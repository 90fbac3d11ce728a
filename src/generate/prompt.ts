import { OvError } from "../errors.ts";
import { type CutText, cutSource } from "./cut-source.ts";
import { type TextModel, toPrompted } from "./model.ts";
import type { PromptSource } from "./prompt-source.ts";
import type { TextRequest } from "./request.ts";
import type { Round } from "./rounds.ts";
import { OutOfSteps } from "./template/jinja/budget.ts";
import { normaliseRounds, normaliseTools } from "./template/normalise.ts";
import { opensReasoning } from "./template/reasoning-tags.ts";
import type { TemplateMessage } from "./template/template.ts";
import { effortKwargs, type TemplateTraits } from "./template/traits.ts";
import { toolSystemPrompt } from "./tools/prompted.ts";

export interface RenderOptions {
  /** The time that the template sees. */
  now: Date;
  /** Up to where the answer starts. Default: true. */
  addGenerationPrompt?: boolean;
  /** As `RenderInput` has it. */
  steps?: number;
}

/**
 * Renders a request with the model's chat template; throws `chat_template_failed`. Half characters, which clients leave
 * when they cut a text within an emoji, become U+FFFD: no tokenizer takes them.
 */
function renderPrompt(
  source: PromptSource,
  { template, traits, format, prompted }: TextModel,
  { now, addGenerationPrompt = true, steps }: RenderOptions,
): string {
  const { request, rounds } = source;
  const { tools } = source.tools;
  const shown = prompted && tools.length > 0 ? explainTools(rounds, toolSystemPrompt(tools)) : rounds;
  const definitions = tools.map(({ grammar: _own, ...definition }) => definition);
  const messages = normaliseRounds(shown, traits, format.renderCalls);
  const prompt = template.render({
    messages: traits.systemTools && tools.length > 0 ? putTools(messages, definitions) : messages,
    tools: normaliseTools(
      definitions.map((definition) => ({ type: "function", function: definition })),
      traits,
    ),
    kwargs: { ...toReasoningKwargs(request, traits), ...request.templateVariables },
    addGenerationPrompt,
    now,
    ...(steps !== undefined && { steps }),
  });
  return prompt.toWellFormed();
}

/**
 * The prompt for the model; if the template fails only because of the tools, for the model with them explained in our
 * own wording: a template should not refuse what most models can do. Throws the first failure if that does not help,
 * `context_length_exceeded` for more than any tokens could hold, and what `cutSource` throws.
 */
export function renderFor(given: PromptSource, model: TextModel, options: RenderOptions): RenderedPrompt {
  refuseTooMuch(given, model.facts.context_length);
  const { source, cut } = cutSource(given, model);
  try {
    return { ...toPrompt(source, model, options), cut, explained: false };
  } catch (error) {
    const failed = error instanceof OvError && error.code === "chat_template_failed";
    if (mayTryElsewhere(error, options)) throw error;
    // A format that reads the whole answer separates its reasoning too, which no other format would.
    const mayExplain = source.tools.tools.length > 0 && !model.prompted && !model.format.readsAll;
    if (!failed || !mayExplain) throw error;
    try {
      return { ...toPrompt(source, toPrompted(model), options), cut, explained: true };
    } catch (explainedError) {
      throw mayTryElsewhere(explainedError, options) ? explainedError : error;
    }
  }
}

/** It ran out of its few steps, so it may be rendered with more of them in a thread. */
function mayTryElsewhere(error: unknown, { steps }: RenderOptions): boolean {
  return steps !== undefined && error instanceof OvError && error.cause instanceof OutOfSteps;
}

/** A prompt, and the state of the answer at its end. */
export interface Prompt {
  text: string;
  /** `thought`: within reasoning; `content`: the answer proper has started, without further reasoning. */
  within: "nothing" | "thought" | "content";
}

export interface RenderedPrompt extends Prompt, CutText {
  /** The template failed with the tools, so they are explained in our own words. */
  explained: boolean;
}

/** The conversation alone, or the prompt of an answer, which the model starts or with which it continues the last turn. */
function toPrompt(source: PromptSource, model: TextModel, options: RenderOptions): Prompt {
  const { request, rounds } = source;
  const { reasoning } = model.traits;
  const last = rounds.at(-1);
  if (options.addGenerationPrompt === false)
    return { text: renderPrompt(source, model, options), within: "nothing" };
  if (request.continueLast && last)
    return { text: renderContinued(source, last, model, options), within: toPlace(last, model) };
  const text = renderPrompt(source, model, options);
  if (!reasoning || !opensReasoning(text, reasoning)) return { text, within: "nothing" };
  // A budget of zero ends the reasoning before it starts.
  if (request.thinkingBudget !== 0 || model.thoughtEnd === null) return { text, within: "thought" };
  return { text: text.trimEnd() + model.thoughtEnd, within: "nothing" };
}

function toPlace({ text }: Round, { traits: { reasoning } }: TextModel): Prompt["within"] {
  return reasoning && text.lastIndexOf(reasoning.open) > text.lastIndexOf(reasoning.close)
    ? "thought"
    : "content";
}

/** No template writes it by itself. */
const cutHere = "zebracontinuation";

/** The template renders the turn like any earlier one, up to the end of its text. */
function renderContinued(
  source: PromptSource,
  last: Round,
  model: TextModel,
  options: RenderOptions,
): string {
  const before = source.rounds.slice(0, -1);
  const marked = { ...source, rounds: [...before, { ...last, text: `${last.text}${cutHere}` }] };
  const rendered = renderPrompt(marked, model, { ...options, addGenerationPrompt: false });
  const end = rendered.lastIndexOf(cutHere);
  // The template leaves the turn out, so its text goes where an answer starts.
  return end === -1
    ? renderPrompt({ ...source, rounds: before }, model, options) + last.text
    : rendered.slice(0, end);
}

/** After the system messages at the start of the conversation. */
function explainTools(rounds: readonly Round[], text: string): Round[] {
  const rest = rounds.findIndex(({ role }) => role !== "system");
  const at = rest === -1 ? rounds.length : rest;
  const explained: Round = { role: "system", name: null, text, reasoning: null, calls: [] };
  return [...rounds.slice(0, at), explained, ...rounds.slice(at)];
}

/** For templates that take the tools with the system message. */
function putTools(messages: TemplateMessage[], definitions: readonly unknown[]): TemplateMessage[] {
  const tools = JSON.stringify(definitions);
  const [first, ...rest] = messages;
  if (first?.role !== "system") return [{ role: "system", content: "", tools }, ...messages];
  return [{ ...first, tools }, ...rest];
}

/** The effort as a value that the template knows; "none" turns reasoning off where possible. */
function toReasoningKwargs(
  { reasoningEffort, thinkingBudget }: TextRequest,
  { kwargs, efforts: words }: TemplateTraits,
): Record<string, unknown> {
  const effort = reasoningEffort ?? (thinkingBudget === 0 ? "none" : null);
  if (effort === null) return {};
  const switches = ["enable_thinking", "thinking"].filter((name) => kwargs.includes(name));
  const word = Object.hasOwn(words, effort) ? words[effort] : effort;
  const efforts = reasoningEffort === null ? [] : effortKwargs.filter((name) => kwargs.includes(name));
  return Object.fromEntries([
    ...efforts.map((name) => [name, word]),
    ...switches.map((name) => [name, effort !== "none"]),
  ]);
}

/** Throws `context_length_exceeded` for what exceeds the context however it is rendered. `limit`: in tokens. */
export function refuseTooMuch({ request, rounds }: PromptSource, limit: number): void {
  refuseTooMany(request, limit);
  refuseTooLong(rounds, request, limit);
}

/** Each message takes at least one token, so rendering them is pointless. */
function refuseTooMany({ conversation: { turns, at } }: TextRequest, limit: number): void {
  if (turns.length <= limit) return;
  throw new OvError(
    "context_length_exceeded",
    `This model's context length is ${limit} tokens, but there are ${turns.length} messages: send fewer of them.`,
    { param: at },
  );
}

function refuseTooLong(rounds: readonly Round[], { conversation: { at } }: TextRequest, limit: number): void {
  const length = rounds.reduce((sum, { text }) => sum + text.length, 0);
  refuseLongText(length, limit, { whose: "the messages have", param: at });
}

/** The hosts' bound: no real text has more characters per token on average. */
const charactersAtLeast = 131_072;
const charactersOfToken = 16;

/**
 * Throws `context_length_exceeded` for a text with more characters than `limit` tokens can have: tokenizing it would hold up the
 * other answers.
 */
export function refuseLongText(
  length: number,
  limit: number,
  { whose, param }: { whose: string; param: string },
): void {
  if (length <= Math.max(charactersAtLeast, charactersOfToken * limit)) return;
  throw new OvError(
    "context_length_exceeded",
    {
      what: `This model's context length is ${limit} tokens, but ${whose} ${length} characters`,
      next: "Send less.",
    },
    { param },
  );
}
