import type { CallPart, ContentPart as Content, Part, Role, Turn } from "../../../generate/conversation.ts";
import { toText } from "../../../generate/conversation.ts";
import { stringifyExactly } from "../../../json/exact.ts";
import { malformed, unsupported } from "../../refusal.ts";
import type { ChatMessage, ContentPart, ToolCall } from "./messages.ts";

/**
 * Messages as turns: `developer` becomes `system` (its older name), role `function` and `function_call` become a result
 * and a call, a refusal is what the assistant said. Throws `invalid_request` or `unsupported_parameter`.
 */
export function toTurns(messages: readonly ChatMessage[]): Turn[] {
  return messages.map((message, index) => {
    const at = `messages[${index}]`;
    if (message.role === "tool" || message.role === "function") return toResultTurn(message, at);
    return {
      role: toRole(message.role, at),
      name: message.name ?? null,
      parts: [...toReasoning(message, at), ...toSpoken(message, at), ...toCalls(message, at)],
      at,
    };
  });
}

function toRole(role: string, at: string): Role {
  if (role === "system" || role === "user" || role === "assistant") return role;
  if (role === "developer") return "system";
  const known = "system, developer, user, assistant, tool or function";
  throw malformed(`${at}.role`, `is "${role}": it must be ${known}.`);
}

function toResultTurn({ content, tool_call_id, name }: ChatMessage, at: string): Turn {
  const callId = tool_call_id ?? null;
  const where = callId === null ? at : `${at}.tool_call_id`;
  const parts = toContent(content, `${at}.content`);
  return {
    role: "user",
    name: null,
    parts: [{ type: "result", callId, name: name ?? null, content: parts, at: where }],
    at,
  };
}

function toReasoning({ role, content, reasoning_content, reasoning }: ChatMessage, at: string): Part[] {
  const field = typeof reasoning_content === "string" ? "reasoning_content" : "reasoning";
  const text = reasoning_content ?? reasoning;
  const own: Part[] = typeof text === "string" ? [{ type: "reasoning", text, at: `${at}.${field}` }] : [];
  if (role !== "assistant" || !Array.isArray(content)) return own;
  const thoughts = content.flatMap((part, index): Part[] => {
    const thought = toThought(part);
    return thought ? [{ type: "reasoning", text: thought, at: `${at}.content[${index}]` }] : [];
  });
  return [...own, ...thoughts];
}

/** A part that is what the assistant thought, empty where it may not be read; null: it is none. */
function toThought({ type, thinking }: ContentPart): string | null {
  if (type === "redacted_thinking") return "";
  if (type !== "thinking") return null;
  return Array.isArray(thinking) ? thinking.map(({ text }) => text ?? "").join("") : (thinking ?? "");
}

function toSpoken({ role, content, refusal, audio }: ChatMessage, at: string): Content[] {
  if (audio && !content) {
    throw unsupported(`${at}.audio`, "is kept by OpenAI alone: send what was said as `content`.");
  }
  const isThought = (part: ContentPart) => role === "assistant" && toThought(part) !== null;
  const parts = toContent(content, `${at}.content`, isThought);
  if (!refusal || toText(parts) !== "") return parts;
  return [...parts, { type: "text", text: refusal, at: `${at}.refusal` }];
}

function toContent(
  content: ChatMessage["content"],
  at: string,
  isElsewhere: (part: ContentPart) => boolean = () => false,
): Content[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return [{ type: "text", text: content, at }];
  return content.flatMap((part, index) =>
    isElsewhere(part) ? [] : [toContentPart(part, `${at}[${index}]`)],
  );
}

const textTypes = ["text", "input_text", "output_text"];

function toContentPart(part: ContentPart, at: string): Content {
  const { type, text, refusal } = part;
  const isText = textTypes.includes(type);
  if (isText && text !== undefined) return { type: "text", text, at };
  if (type === "refusal" && refusal !== undefined) return { type: "text", text: refusal, at };
  if (type === "image_url" || type === "input_image") return { type: "image", url: toUrl(part, at), at };
  if (isText || type === "refusal") {
    throw malformed(at, `is a ${type} part without "${isText ? "text" : "refusal"}".`);
  }
  throw unsupported(
    at,
    `is of type "${type}", but the models here take text and images: send parts of type "text" or "image_url".`,
  );
}

/** OpenAI's own form is an object; some clients send the address itself. */
function toUrl({ image_url: image }: ContentPart, at: string): string {
  const url = typeof image === "string" ? image : image?.url;
  if (url === undefined)
    throw malformed(at, 'is an image without "image_url": send {"url": "data:image/…;base64,…"}.');
  return url;
}

function toCalls({ role, tool_calls, function_call }: ChatMessage, at: string): CallPart[] {
  if (role !== "assistant") return [];
  if (tool_calls && tool_calls.length > 0)
    return tool_calls.map((call, index) => toCall(call, `${at}.tool_calls[${index}]`));
  return function_call ? [toCall({ function: function_call }, `${at}.function_call`)] : [];
}

function toCall({ id, function: called }: ToolCall, at: string): CallPart {
  const given = called.arguments ?? "{}";
  // Some clients send the object itself.
  const text = typeof given === "string" ? given : stringifyExactly(given);
  return { type: "call", id: id || null, name: called.name, arguments: text, at };
}
