import type { TemplateMessage } from "./template.ts";
import type { TemplateTraits } from "./traits.ts";

type OrderTraits = Pick<
  TemplateTraits,
  "system" | "severalSystems" | "alternation" | "assistantFirst" | "emptyAssistant" | "userAfterTool"
>;

/** A message whose content is still one text. */
export type TextMessage = TemplateMessage & { content: string | null };

/**
 * The messages in an order that the template takes. No word is lost: system messages that it does not take where they stand
 * become one at the start, or user messages; messages of one role in a row are joined by a blank line.
 */
export function orderMessages(messages: readonly TextMessage[], traits: OrderTraits): TextMessage[] {
  const placed = placeSystem(messages, traits);
  const joined = traits.alternation ? joinNeighbours(placed) : placed;
  const begun = traits.assistantFirst ? joined : startWithUser(joined);
  const answered = traits.userAfterTool ? begun : answerTools(begun);
  return traits.emptyAssistant ? answered : answered.map(fillAssistant);
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
  if (system === "nowhere") return intoFirstUser(first, asUser);
  const isWritten = system === "first" || asUser.at(-1)?.role === "user";
  return isWritten ? [...first, ...asUser] : intoLastUser(first, asUser);
}

/** Where the template itself would write them. */
function intoLastUser(systems: TextMessage[], rest: TextMessage[]): TextMessage[] {
  const at = Math.max(
    0,
    rest.findLastIndex(({ role }) => role === "user"),
  );
  return [...rest.slice(0, at), ...intoFirstUser(systems, rest.slice(at))];
}

function intoFirstUser(systems: TextMessage[], rest: TextMessage[]): TextMessage[] {
  const asUser = systems.map((message) => ({ ...message, role: "user" }));
  const [first, ...others] = rest;
  if (first?.role !== "user") return [...joinNeighbours(asUser), ...rest];
  return [...joinNeighbours([...asUser, first]), ...others];
}

function joinNeighbours(messages: readonly TextMessage[]): TextMessage[] {
  const groups: [TextMessage, ...TextMessage[]][] = [];
  for (const message of messages) {
    const group = groups.at(-1);
    if (group && mayJoin(group[0], message)) group.push(message);
    else groups.push([message]);
  }
  return groups.map((group) => (group.length === 1 ? group[0] : join(group)));
}

function join(group: readonly [TextMessage, ...TextMessage[]]): TextMessage {
  const texts = group.map(({ content }) => content).filter((text) => text !== "");
  return { ...group[0], content: texts.join("\n\n") };
}

function mayJoin(last: TextMessage, next: TextMessage): boolean {
  return last.role === next.role && last.role !== "tool" && !last.tool_calls && !next.tool_calls;
}

/** Empty user message before an assistant that would speak first. */
function startWithUser(messages: TextMessage[]): TextMessage[] {
  const at = messages.findIndex(({ role }) => role !== "system");
  if (messages[at]?.role !== "assistant") return messages;
  return [...messages.slice(0, at), { role: "user", content: "" }, ...messages.slice(at)];
}

/** Where a template wants the assistant's word after calls and results, an empty one before the user goes on. */
function answerTools(messages: TextMessage[]): TextMessage[] {
  return messages.flatMap((message, index) => {
    const before = messages[index - 1];
    const interrupts = message.role === "user" && (before?.role === "tool" || before?.tool_calls);
    return interrupts ? [{ role: "assistant", content: "" }, message] : [message];
  });
}

/** A space is the least that such a template takes. */
function fillAssistant(message: TextMessage): TextMessage {
  const isEmpty = message.role === "assistant" && message.content === "" && !message.tool_calls;
  return isEmpty ? { ...message, content: " " } : message;
}
