import { OvError } from "../errors.ts";
import type { TextModel } from "./model.ts";
import type { TextRequest } from "./request.ts";
import type { Round } from "./rounds.ts";
import { normaliseRounds, normaliseTools } from "./template/normalise.ts";
import type { TemplateMessage } from "./template/template.ts";
import type { TemplateTraits } from "./template/traits.ts";
import type { ToolChoice } from "./tools/choice.ts";
import { toolSystemPrompt } from "./tools/prompted.ts";

export interface PromptSource {
  request: TextRequest;
  /** The request's conversation. */
  rounds: readonly Round[];
  tools: ToolChoice;
}

export interface RenderOptions {
  /** The time that the template sees. */
  now: Date;
  /** Up to where the answer starts. Default: true. */
  addGenerationPrompt?: boolean;
  /** As `RenderInput` has it. */
  steps?: number;
}

/**
 * The prompt that the model's chat template makes of a request; throws `chat_template_failed`, and
 * `context_length_exceeded` for more than any tokens could hold. Halves of characters, as clients leave them that cut a text in
 * the middle of an emoji, become U+FFFD: no tokenizer takes them.
 */
export function renderPrompt(
  source: PromptSource,
  { facts, template, traits, format, prompted }: TextModel,
  { now, addGenerationPrompt = true, steps }: RenderOptions,
): string {
  refuseTooMuch(source, facts.context_length);
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

/** Behind the system messages that the conversation starts with. */
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

/** The effort in the words that the template knows; "none" turns thinking off where that can be done. */
function toReasoningKwargs(
  { reasoningEffort: effort }: TextRequest,
  { kwargs }: TemplateTraits,
): Record<string, unknown> {
  if (effort === null) return {};
  const switches = ["enable_thinking", "thinking"].filter((name) => kwargs.includes(name));
  return {
    ...(kwargs.includes("reasoning_effort") && { reasoning_effort: effort }),
    ...Object.fromEntries(switches.map((name) => [name, effort !== "none"])),
  };
}

/** Throws `context_length_exceeded` for what fills the context whatever the template makes of it. `limit`: in tokens. */
export function refuseTooMuch({ request, rounds }: PromptSource, limit: number): void {
  refuseTooMany(request, limit);
  refuseTooLong(rounds, request, limit);
}

/** Each message takes a token at least, so there is no use in rendering them. */
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

/** As the hosts bound it: no real text has more characters a token on the whole. */
const charactersAtLeast = 131_072;
const charactersOfToken = 16;

/**
 * Throws `context_length_exceeded` for a text of more characters than `limit` tokens can have: to tokenize it would hold up the
 * answers beside it.
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
