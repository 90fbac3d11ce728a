import type { ChatMessage } from "../api/openai/chat/messages.ts";
import type { ChatCompletionRequest } from "../api/openai/chat/request.ts";
import { OvError } from "../errors.ts";
import type { ChatModel } from "./model.ts";
import { normaliseMessages, normaliseTools } from "./template/normalise.ts";
import type { TemplateMessage } from "./template/template.ts";
import type { TemplateTraits } from "./template/traits.ts";
import type { ToolChoice } from "./tools/choice.ts";
import { toolSystemPrompt } from "./tools/prompted.ts";

/**
 * The prompt that the model's chat template makes of a request; throws `chat_template_failed`. Halves of characters,
 * as clients leave them that cut a text in the middle of an emoji, become U+FFFD: no tokenizer takes them.
 */
export function renderPrompt(
  request: ChatCompletionRequest,
  { tools }: ToolChoice,
  { facts, template, traits, format, prompted }: ChatModel,
  now: Date,
  addGenerationPrompt = true,
): string {
  const { messages } = request;
  if (messages.length > facts.context_length) throw tooMany(messages.length, facts.context_length);
  const told = prompted && tools.length > 0 ? tellOfTools(messages, toolSystemPrompt(tools)) : messages;
  const definitions = tools.map(({ grammar: _own, ...definition }) => definition);
  const normal = normaliseMessages(told, traits, format.renderCalls);
  const prompt = template.render({
    messages: traits.systemTools && tools.length > 0 ? putTools(normal, definitions) : normal,
    tools: normaliseTools(
      definitions.map((definition) => ({ type: "function", function: definition })),
      traits,
    ),
    kwargs: { ...toReasoningKwargs(request, traits), ...request.chat_template_kwargs },
    addGenerationPrompt,
    now,
  });
  return prompt.toWellFormed();
}

/** Behind the system messages that the conversation begins with. */
function tellOfTools(messages: readonly ChatMessage[], content: string): ChatMessage[] {
  const rest = messages.findIndex(({ role }) => role !== "system" && role !== "developer");
  const at = rest === -1 ? messages.length : rest;
  return [...messages.slice(0, at), { role: "system", content }, ...messages.slice(at)];
}

/** For templates that take the tools with the system message. */
function putTools(messages: TemplateMessage[], definitions: readonly unknown[]): TemplateMessage[] {
  const tools = JSON.stringify(definitions);
  const [first, ...rest] = messages;
  if (first?.role !== "system") return [{ role: "system", content: "", tools }, ...messages];
  return [{ ...first, tools }, ...rest];
}

/** `reasoning_effort` in the words that the template knows; "none" turns thinking off where that can be done. */
function toReasoningKwargs(
  { reasoning_effort: effort }: ChatCompletionRequest,
  { kwargs }: TemplateTraits,
): Record<string, unknown> {
  if (effort === undefined || effort === null) return {};
  const switches = ["enable_thinking", "thinking"].filter((name) => kwargs.includes(name));
  return {
    ...(kwargs.includes("reasoning_effort") && { reasoning_effort: effort }),
    ...Object.fromEntries(switches.map((name) => [name, effort !== "none"])),
  };
}

/** Each message takes a token at least, so rendering them is no use. */
function tooMany(count: number, limit: number): OvError {
  return new OvError(
    "context_length_exceeded",
    `This model's context length is ${limit} tokens, but there are ${count} messages: send fewer of them.`,
    { param: "messages" },
  );
}
