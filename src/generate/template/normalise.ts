import type { ChatMessage } from "../../api/openai/chat/messages.ts";
import { orderMessages, type TextMessage } from "./order.ts";
import type { TemplateMessage } from "./template.ts";
import { type AnsweredCall, type Round, toRounds } from "./tool-rounds.ts";
import type { TemplateTraits } from "./traits.ts";
import { type Call, toTurns } from "./turns.ts";

/** Calls as text, for a template that does not write them. */
export type RenderCalls = (calls: readonly { name: string; arguments: string }[]) => string;

/** The form of Hermes, which most models have seen. */
const renderHermesCalls: RenderCalls = (calls) =>
  calls
    .map(({ name, arguments: args }) => `{"name": ${JSON.stringify(name)}, "arguments": ${args}}`)
    .map((call) => `<tool_call>\n${call}\n</tool_call>`)
    .join("\n");

/** Tool definitions as the template takes them: none, in its own way, where there are none or it knows none. */
export function normaliseTools(
  tools: readonly unknown[],
  traits: Pick<TemplateTraits, "tools" | "noTools">,
): readonly unknown[] | null {
  if (tools.length > 0 && traits.tools) return tools;
  return traits.noTools === "empty list" ? [] : null;
}

/**
 * A request's messages as the template of these traits renders them right. Throws `invalid_request` or
 * `unsupported_parameter` for what no template can render; wrong JSON in earlier arguments is not among it.
 */
export function normaliseMessages(
  messages: readonly ChatMessage[],
  traits: TemplateTraits,
  renderCalls: RenderCalls = renderHermesCalls,
): TemplateMessage[] {
  const rounds = toRounds(toTurns(messages), (call, count) => callId(call, count, traits));
  const known = rounds.flatMap((round) => splitCalls(round, traits));
  const written = known.flatMap((round) => writeRound(round, traits, renderCalls));
  const ordered = orderMessages(written, traits);
  return traits.content === "text" ? ordered : ordered.map(toParts);
}

/** Ids that the template refuses are counted instead, so that the same conversation has the same prompt. */
function callId({ id }: Call, count: number, { shortCallIds }: TemplateTraits): string {
  const counted = `call${String(count).padStart(5, "0")}`;
  if (!shortCallIds) return id ?? counted;
  return id && /^[a-zA-Z0-9]{9}$/.test(id) ? id : counted;
}

/** For templates that take one call in a message: each call with its result becomes a round. */
function splitCalls({ turn, calls }: Round, { toolCalls, severalCalls }: TemplateTraits): Round[] {
  if (!toolCalls || severalCalls || calls.length < 2) return [{ turn, calls }];
  return calls.map((call, index) => ({
    turn: index === 0 ? turn : { ...turn, text: "", reasoning: null },
    calls: [call],
  }));
}

function writeRound({ turn, calls }: Round, traits: TemplateTraits, renderCalls: RenderCalls): TextMessage[] {
  const { role, text, name, reasoning } = turn;
  const message: TextMessage = { role, content: text };
  if (name !== null) message.name = name;
  if (reasoning !== null) message.reasoning_content = reasoning;
  if (calls.length === 0) return [message];
  if (!traits.toolCalls) {
    const asText = renderCalls(calls.map(({ name, arguments: args }) => ({ name, arguments: toText(args) })));
    message.content = [text, asText].filter((part) => part !== "").join("\n");
  } else {
    message.content = text === "" ? traits.callContent : text;
    message.tool_calls = calls.map((call) => toToolCall(call, traits));
  }
  return [message, ...writeResults(calls, traits)];
}

function writeResults(calls: AnsweredCall[], traits: TemplateTraits): TextMessage[] {
  const results = calls.flatMap(({ id, name, result }) =>
    result ? [{ id, name, content: result.text }] : [],
  );
  if (results.length === 0) return [];
  if (!traits.toolResults) {
    const told = results.map(({ content }) => `<tool_response>\n${content}\n</tool_response>`);
    return [{ role: "user", content: told.join("\n") }];
  }
  return results.map(({ id, name, content }) => ({ role: "tool", tool_call_id: id, name, content }));
}

function toToolCall({ id, name, arguments: given }: AnsweredCall, traits: TemplateTraits): unknown {
  const args = traits.arguments === "text" ? toText(given) : toObject(given, traits);
  return { id, type: "function", function: { name, arguments: args } };
}

function toText(args: Call["arguments"]): string {
  return typeof args === "string" ? args : JSON.stringify(args);
}

/** A model's own earlier arguments may be no JSON: then as text, or within an object where text does not render. */
function toObject(args: Call["arguments"], { textArguments }: TemplateTraits): unknown {
  if (typeof args !== "string") return args;
  const parsed = parseObject(args.trim() || "{}");
  return parsed ?? (textArguments ? args : { arguments: args });
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function toParts(message: TextMessage): TemplateMessage {
  if (typeof message.content !== "string") return message;
  return { ...message, content: [{ type: "text", text: message.content }] };
}
