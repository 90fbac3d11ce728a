import { OvError } from "../errors.ts";
import { type TextModel, toPrompted } from "./model.ts";
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

/**
 * The prompt that the model's chat template makes of a request; throws `chat_template_failed`, and
 * `context_length_exceeded` for more turns than tokens. Halves of characters, as clients leave them that cut a text in
 * the middle of an emoji, become U+FFFD: no tokenizer takes them.
 */
export function renderPrompt(
  { request, rounds, tools: { tools } }: PromptSource,
  { facts, template, traits, format, prompted }: TextModel,
  now: Date,
  addGenerationPrompt = true,
): string {
  refuseTooMany(request, facts.context_length);
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
  });
  return prompt.toWellFormed();
}

/** A prompt, and the model as it was made for it. */
export interface RenderedPrompt {
  prompt: string;
  model: TextModel;
}

/**
 * The same; where the template fails because of the tools alone, they are explained in our own words instead: a template
 * should not refuse what most models can do. Throws its first failure where that does not help.
 */
export function renderPromptFor(
  source: PromptSource,
  model: TextModel,
  now: Date,
  addGenerationPrompt = true,
): RenderedPrompt {
  try {
    return { prompt: renderPrompt(source, model, now, addGenerationPrompt), model };
  } catch (error) {
    const failed = error instanceof OvError && error.code === "chat_template_failed";
    // A format that reads all of an answer separates its reasoning too, which no other one would.
    const mayExplain = source.tools.tools.length > 0 && !model.prompted && !model.format.readsAll;
    if (!failed || !mayExplain) throw error;
    return explainInstead(source, toPrompted(model), now, addGenerationPrompt) ?? raise(error);
  }
}

function explainInstead(
  source: PromptSource,
  model: TextModel,
  now: Date,
  addGenerationPrompt: boolean,
): RenderedPrompt | null {
  try {
    return { prompt: renderPrompt(source, model, now, addGenerationPrompt), model };
  } catch {
    return null;
  }
}

function raise(error: unknown): never {
  throw error;
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

/** Each message takes a token at least, so there is no use in rendering them. */
function refuseTooMany({ conversation: { turns, at } }: TextRequest, limit: number): void {
  if (turns.length <= limit) return;
  throw new OvError(
    "context_length_exceeded",
    `This model's context length is ${limit} tokens, but there are ${turns.length} messages: send fewer of them.`,
    { param: at },
  );
}
