import type { AnsweredCall, Round } from "../rounds.ts";
import type { RenderCalls } from "../tools/format.ts";
import { renderHermesCalls, resultTags } from "../tools/hermes.ts";
import { parseJsonLossless } from "./json-numbers.ts";
import { orderMessages, type TextMessage } from "./order.ts";
import type { TemplateMessage } from "./template.ts";
import type { TemplateTraits } from "./traits.ts";

/** Tool definitions as the template takes them: none, in its own way, where there are none or it knows none. */
export function normaliseTools(
  tools: readonly unknown[],
  traits: Pick<TemplateTraits, "tools" | "noTools">,
): readonly unknown[] | null {
  if (tools.length > 0 && traits.tools) return tools;
  return traits.noTools === "empty list" ? [] : null;
}

/** A call with the id that it has in the prompt. */
interface NamedCall extends AnsweredCall {
  id: string;
}

interface NamedRound extends Round {
  calls: NamedCall[];
}

/**
 * A conversation in a form that a template with these traits renders correctly. `renderCalls`: calls as text, for a template that
 * does not write them.
 */
export function normaliseRounds(
  rounds: readonly Round[],
  traits: TemplateTraits,
  renderCalls: RenderCalls = renderHermesCalls,
): TemplateMessage[] {
  const known = nameCalls(rounds, traits).flatMap((round) => splitCalls(round, traits));
  const written = known.flatMap((round) => writeRound(round, traits, renderCalls));
  const ordered = orderMessages(written, traits);
  return traits.content === "text" ? ordered : ordered.map(toParts);
}

/** Ids that the template refuses are replaced by counted ones, so that the same conversation has the same prompt. */
function nameCalls(rounds: readonly Round[], { shortCallIds }: TemplateTraits): NamedRound[] {
  let count = 0;
  const toId = (id: string | null) => {
    const counted = `call${String(count++).padStart(5, "0")}`;
    if (!shortCallIds) return id ?? counted;
    return id && /^[a-zA-Z0-9]{9}$/.test(id) ? id : counted;
  };
  return rounds.map((round) => ({
    ...round,
    calls: round.calls.map((call) => ({ ...call, id: toId(call.id) })),
  }));
}

/** For templates that take one call in a message: each call with its result becomes a round. */
function splitCalls(round: NamedRound, { toolCalls, severalCalls }: TemplateTraits): NamedRound[] {
  if (!toolCalls || severalCalls || round.calls.length < 2) return [round];
  return round.calls.map((call, index) => ({
    ...round,
    ...(index > 0 && { text: "", reasoning: null }),
    calls: [call],
  }));
}

function writeRound(round: NamedRound, traits: TemplateTraits, renderCalls: RenderCalls): TextMessage[] {
  const { role, text, name, reasoning, calls } = round;
  const message: TextMessage = { role, content: text };
  if (name !== null) message.name = name;
  if (reasoning !== null) message.reasoning_content = reasoning;
  if (calls.length === 0) return [message];
  if (!traits.toolCalls) {
    message.content = [text, renderCalls(calls)].filter((part) => part !== "").join("\n");
  } else {
    message.content = text === "" ? traits.callContent : text;
    message.tool_calls = calls.map((call) => toToolCall(call, traits));
  }
  return [message, ...writeResults(calls, traits)];
}

function writeResults(calls: NamedCall[], { toolResults }: TemplateTraits): TextMessage[] {
  const results = calls.flatMap(({ id, name, result }) => (result === null ? [] : [{ id, name, result }]));
  if (results.length === 0) return [];
  if (!toolResults) {
    const told = results.map(({ result }) => `${resultTags.open}\n${result}\n${resultTags.close}`);
    return [{ role: "user", content: told.join("\n") }];
  }
  return results.map(({ id, name, result }) => ({ role: "tool", tool_call_id: id, name, content: result }));
}

function toToolCall({ id, name, arguments: text }: NamedCall, traits: TemplateTraits): unknown {
  const args = traits.arguments === "text" ? text : toObject(text, traits);
  return { id, type: "function", function: { name, arguments: args } };
}

/** A model's own earlier arguments may be no JSON: then as text, or within an object where text does not render. */
function toObject(text: string, { textArguments }: TemplateTraits): unknown {
  const parsed = parseObject(text.trim() || "{}");
  return parsed ?? (textArguments ? text : { arguments: text });
}

function parseObject(text: string): object | null {
  try {
    const value = parseJsonLossless(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function toParts(message: TextMessage): TemplateMessage {
  if (typeof message.content !== "string") return message;
  return { ...message, content: [{ type: "text", text: message.content }] };
}
