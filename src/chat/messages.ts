import { OvError } from "../errors.ts";
import type { ChatMessage, ContentPart } from "../openai/messages.ts";

/** A message as chat templates take it: a role that they know and plain text. */
export interface TemplateMessage {
  role: string;
  content: string;
}

/** Parts become one text, `developer` becomes `system` (its older name), no content the empty text. */
export function toTemplateMessages(messages: readonly ChatMessage[]): TemplateMessage[] {
  return messages.map(({ role, content }, index) => ({
    role: role === "developer" ? "system" : role,
    content: toText(content, `messages[${index}].content`),
  }));
}

function toText(content: ChatMessage["content"], param: string): string {
  if (content === undefined || content === null) return "";
  if (typeof content === "string") return content;
  return content.map((part, index) => partText(part, `${param}[${index}]`)).join("");
}

function partText({ type, text }: ContentPart, param: string): string {
  if (type === "text" && text !== undefined) return text;
  if (type === "text") {
    throw new OvError("invalid_request", `"${param}" is a text part without "text".`, { param });
  }
  throw new OvError(
    "unsupported_parameter",
    `"${param}" is of type "${type}", but the models here take text only: send parts of type "text".`,
    { param },
  );
}
