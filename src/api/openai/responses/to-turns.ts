import type { ContentPart, Part, Role, Turn } from "../../../generate/conversation.ts";
import { stringifyExactly } from "../../../json/exact.ts";
import { malformed, unsupported } from "../../refusal.ts";
import { toCustomArguments } from "./custom-input.ts";
import { type InputItem, type ItemPart, type PlacedItem, typeOfItem } from "./items.ts";
import { readReasoning } from "./reasoning-text.ts";
import { toFlatName } from "./to-tools.ts";

/**
 * Items as turns. What the assistant thought, said and called in a row is one turn, as templates have it, and a result
 * stands behind its call wherever the client put it. Throws `invalid_request` or `unsupported_parameter`.
 */
export function toTurns(items: readonly PlacedItem[]): Turn[] {
  return placeResults(joinAssistant(items.flatMap(toTurn)));
}

/** A turn of this item alone; none for one that has nothing to say. */
function toTurn({ item, at }: PlacedItem): Turn[] {
  const turn = (role: Role, parts: Part[]): Turn[] => [{ role, name: null, parts, at }];
  const type = typeOfItem(item);
  switch (type) {
    case "message":
      return turn(toRole(item.role, at), toContent(item.content, `${at}.content`));
    case "function_call":
    case "custom_tool_call":
      return turn("assistant", [toCall(item, at)]);
    case "function_call_output":
    case "custom_tool_call_output":
      return turn("user", [toResult(item, at)]);
    case "reasoning": {
      const text = readReasoning(item);
      return text === null ? [] : turn("assistant", [{ type: "reasoning", text, at }]);
    }
    default: {
      const served =
        "message, function_call, function_call_output, custom_tool_call, custom_tool_call_output, reasoning";
      if (type === null) throw malformed(`${at}.type`, `is missing: it must be one of ${served}.`);
      throw unsupported(`${at}.type`, `is "${type}", but the items served are ${served} and item_reference.`);
    }
  }
}

function toRole(role: InputItem["role"], at: string): Role {
  if (role === "system" || role === "user" || role === "assistant") return role;
  if (role === "developer") return "system";
  const is = typeof role === "string" ? `is "${role}"` : "is missing";
  throw malformed(`${at}.role`, `${is}: it must be user, assistant, system or developer.`);
}

function toContent(content: InputItem["content"], at: string): ContentPart[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return [{ type: "text", text: content, at }];
  return content.map((part, index) => toContentPart(part, `${at}[${index}]`));
}

const textTypes = ["input_text", "output_text", "text", "refusal"];

function toContentPart(part: ItemPart, at: string): ContentPart {
  const { type } = part;
  if (type === "input_image") return { type: "image", url: toUrl(part, at), at };
  if (!textTypes.includes(type)) {
    throw unsupported(
      at,
      `is of type "${type}", but the models here take text and images: send "input_text" or "input_image".`,
    );
  }
  const text = type === "refusal" ? part.refusal : part.text;
  if (typeof text !== "string") {
    throw malformed(at, `is a part of type "${type}" without "${type === "refusal" ? type : "text"}".`);
  }
  return { type: "text", text, at };
}

/** Throws where there is only the `file_id` of OpenAI's file storage, which this server does not have. */
function toUrl({ image_url: url }: ItemPart, at: string): string {
  if (typeof url === "string") return url;
  throw malformed(at, 'is an image without "image_url": send "data:image/…;base64,…".');
}

function toCall(item: InputItem, at: string): Part {
  const { name, namespace, call_id: id, input, arguments: given } = item;
  if (typeof name !== "string") throw malformed(`${at}.name`, "is missing: it must be the name of the tool.");
  const called = typeof given === "string" ? given : stringifyExactly(given ?? {});
  const text = item.type === "custom_tool_call" ? toCustomArguments(input ?? "") : called;
  return { type: "call", id: id || null, name: toFlatName(name, namespace), arguments: text, at };
}

function toResult({ call_id, name, namespace, output }: InputItem, at: string): Part {
  if (output === undefined || output === null) {
    throw malformed(`${at}.output`, "is missing: it must be what the tool answered.");
  }
  return {
    type: "result",
    callId: call_id || null,
    name: typeof name === "string" ? toFlatName(name, namespace) : null,
    content: toContent(output, `${at}.output`),
    at: call_id ? `${at}.call_id` : at,
  };
}

function joinAssistant(turns: readonly Turn[]): Turn[] {
  const joined: Turn[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (last && mayJoin(last, turn))
      joined[joined.length - 1] = { ...last, parts: [...last.parts, ...turn.parts] };
    else joined.push(turn);
  }
  return joined;
}

/** What follows a text without calls is another answer, except calls. */
function mayJoin(last: Turn, next: Turn): boolean {
  if (last.role !== "assistant" || next.role !== "assistant") return false;
  const isSaid =
    last.parts.some(({ type }) => type === "text") && !last.parts.some(({ type }) => type === "call");
  return !isSaid || next.parts.every(({ type }) => type === "call");
}

/** A result whose call cannot be found stays where it is, to be refused there. */
function placeResults(turns: readonly Turn[]): Turn[] {
  const groups: Turn[][] = [];
  const byCall = new Map<string, Turn[]>();
  for (const turn of turns) {
    const [first] = turn.parts;
    const callers = first?.type === "result" && first.callId !== null ? byCall.get(first.callId) : undefined;
    if (callers) {
      callers.push(turn);
      continue;
    }
    const group = [turn];
    groups.push(group);
    for (const part of turn.parts) {
      if (part.type === "call" && part.id !== null) byCall.set(part.id, group);
    }
  }
  return groups.flat();
}
