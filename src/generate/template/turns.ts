import type { ChatMessage, ContentPart, ToolCall } from "../../api/openai/chat/messages.ts";
import { OvError } from "../../errors.ts";

/** A call of an assistant message; `arguments` as the client gave them. */
export interface Call {
  id: string | null;
  name: string;
  arguments: string | Record<string, unknown>;
}

/** One message of a conversation, free of OpenAI's older and alternative ways to say the same. */
export interface Turn {
  role: "system" | "user" | "assistant" | "tool";
  text: string;
  name: string | null;
  reasoning: string | null;
  calls: Call[];
  callId: string | null;
  /** Where it stood in the request. */
  index: number;
}

/**
 * Parts become one text, `developer` becomes `system` (its older name), no content the empty text; role `function` and
 * `function_call` become `tool` and a call. Throws `invalid_request` or `unsupported_parameter`.
 */
export function toTurns(messages: readonly ChatMessage[]): Turn[] {
  return messages.map((message, index) => {
    const at = `messages[${index}]`;
    return {
      role: toRole(message.role, at),
      text: toText(message.content, `${at}.content`) || (message.refusal ?? ""),
      name: message.name ?? null,
      reasoning: message.reasoning_content ?? null,
      calls: message.role === "assistant" ? toCalls(message) : [],
      callId: message.tool_call_id ?? null,
      index,
    };
  });
}

function toRole(role: string, at: string): Turn["role"] {
  if (role === "system" || role === "user" || role === "assistant" || role === "tool") return role;
  if (role === "developer") return "system";
  if (role === "function") return "tool";
  const param = `${at}.role`;
  const known = "system, developer, user, assistant, tool or function";
  throw new OvError("invalid_request", `"${param}" is "${role}": it must be ${known}.`, { param });
}

function toText(content: ChatMessage["content"], param: string): string {
  if (content === undefined || content === null) return "";
  if (typeof content === "string") return content;
  return content.map((part, index) => partText(part, `${param}[${index}]`)).join("");
}

function partText({ type, text, refusal }: ContentPart, param: string): string {
  if (type === "text" && text !== undefined) return text;
  if (type === "refusal" && refusal !== undefined) return refusal;
  if (type === "text" || type === "refusal") {
    throw new OvError("invalid_request", `"${param}" is a ${type} part without "${type}".`, { param });
  }
  throw new OvError(
    "unsupported_parameter",
    `"${param}" is of type "${type}", but the models here take text only: send parts of type "text".`,
    { param },
  );
}

function toCalls({ tool_calls, function_call }: ChatMessage): Call[] {
  const older: ToolCall[] = function_call ? [{ function: function_call }] : [];
  const calls: ToolCall[] = tool_calls && tool_calls.length > 0 ? tool_calls : older;
  return calls.map(({ id, function: called }) => ({
    id: id || null,
    name: called.name,
    arguments: called.arguments ?? "{}",
  }));
}
