import type { TemplateMessage } from "./template.ts";
import type { TemplateTraits } from "./traits.ts";

type OrderTraits = Pick<
  TemplateTraits,
  "system" | "severalSystems" | "alternation" | "assistantFirst" | "userAfterTool"
>;

/** A message whose content is still one text. */
export type TextMessage = TemplateMessage & { content: string | null };

/**
 * The messages in an order that the template takes. No word is lost: system messages that it does not take where they stand
 * become one at the begin, or user messages; messages of one role in a row are joined by a blank line.
 */
export function orderMessages(messages: readonly TextMessage[], traits: OrderTraits): TextMessage[] {
  const placed = placeSystem(messages, traits);
  if (!traits.alternation && traits.assistantFirst && traits.userAfterTool) return placed;
  const joined = traits.alternation ? joinNeighbours(placed) : placed;
  return traits.userAfterTool ? startWithUser(joined, traits) : answerTools(startWithUser(joined, traits));
}

function placeSystem(
  messages: readonly TextMessage[],
  { system, severalSystems }: OrderTraits,
): TextMessage[] {
  const rest = messages.findIndex(({ role }) => role !== "system");
  const end = rest === -1 ? messages.length : rest;
  const first = severalSystems ? messages.slice(0, end) : joinNeighbours(messages.slice(0, end));
  const later = messages.slice(end);
  if (system === "anywhere") return [...first, ...later];
  const asUser = later.map((message) => (message.role === "system" ? { ...message, role: "user" } : message));
  return system === "first" ? [...first, ...asUser] : intoFirstUser(first, asUser);
}

function intoFirstUser(systems: TextMessage[], rest: TextMessage[]): TextMessage[] {
  const asUser = systems.map((message) => ({ ...message, role: "user" }));
  const [first, ...others] = rest;
  if (first?.role !== "user") return [...joinNeighbours(asUser), ...rest];
  return [...joinNeighbours([...asUser, first]), ...others];
}

function joinNeighbours(messages: readonly TextMessage[]): TextMessage[] {
  const joined: TextMessage[] = [];
  let texts: string[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last === undefined || !mayJoin(last, message)) {
      joined.push({ ...message });
      texts = [];
    }
    if (message.content) texts.push(message.content);
    const kept = joined.at(-1);
    if (kept && texts.length > 1) kept.content = texts.join("\n\n");
    else if (kept && texts[0]) kept.content = texts[0];
  }
  return joined;
}

function mayJoin(last: TextMessage, next: TextMessage): boolean {
  return last.role === next.role && last.role !== "tool" && !last.tool_calls && !next.tool_calls;
}

/** Empty user message before an assistant that would speak first. */
function startWithUser(messages: TextMessage[], { assistantFirst }: OrderTraits): TextMessage[] {
  const at = messages.findIndex(({ role }) => role !== "system");
  if (assistantFirst || messages[at]?.role !== "assistant") return messages;
  return [...messages.slice(0, at), { role: "user", content: "" }, ...messages.slice(at)];
}

/** Where a template wants the assistant's word after tool results, an empty one before the user goes on. */
function answerTools(messages: TextMessage[]): TextMessage[] {
  return messages.flatMap((message, index) => {
    const interrupts = message.role === "user" && messages[index - 1]?.role === "tool";
    return interrupts ? [{ role: "assistant", content: "" }, message] : [message];
  });
}
