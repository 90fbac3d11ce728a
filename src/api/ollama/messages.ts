import { type Static, Type } from "@sinclair/typebox";
import type { ImagePart, Part, Role, Turn } from "../../generate/conversation.ts";
import { resultTags } from "../../generate/tools/hermes.ts";
import { stringifyExactly } from "../../json/exact.ts";
import { nullable } from "../nullable.ts";
import { malformed, quote } from "../refusal.ts";

/**
 * The messages of POST /api/chat. Lenient where clients are: keys that are not listed are ignored, null stands for absent, and
 * what Ollama's clients leave out of a call (its id) or a result (the tool's name) may be missing.
 */
export const Call = Type.Object(
  {
    id: nullable(Type.String()),
    function: Type.Object(
      {
        name: Type.String(),
        arguments: nullable(
          Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.String()], {
            description: "The object, or its JSON text",
          }),
        ),
      },
      { additionalProperties: true },
    ),
  },
  { additionalProperties: true },
);

export const Message = Type.Object(
  {
    role: Type.String({ description: "`system`, `user`, `assistant` or `tool`" }),
    content: nullable(Type.String()),
    thinking: nullable(Type.String()),
    images: nullable(Type.Array(Type.String(), { description: "In base64: PNG, JPEG, WebP or GIF" })),
    tool_calls: nullable(Type.Array(Call)),
    tool_name: nullable(Type.String({ description: "Of a result: the tool" })),
    tool_call_id: nullable(Type.String({ description: "Of a result: the call" })),
  },
  { additionalProperties: true },
);

export type Message = Static<typeof Message>;

/** Throws `invalid_request` for an unknown role. */
export function toTurns(messages: readonly Message[]): Turn[] {
  const lastUser = messages.findLastIndex(({ role }) => role.toLowerCase() === "user");
  let open = 0;
  let mayHaveCalled = false;
  return messages.flatMap((message, index) => {
    const at = `messages[${index}]`;
    if (message.role.toLowerCase() === "tool") {
      // Home Assistant cuts old messages off without looking: the result of a call that is gone says nothing any more.
      if (open === 0 && index < lastUser) return [];
      if (open === 0 && mayHaveCalled) return [toTextOfResult(message, at)];
      open -= 1;
      return [toResultTurn(message, at)];
    }
    const calls = toCalls(message, at);
    open = calls.length;
    mayHaveCalled = message.role.toLowerCase() === "assistant" && open === 0;
    const parts = [...toThoughts(message, at), ...toSpoken(message, at), ...calls];
    return [{ role: toRole(message.role, at), name: null, parts, at }];
  });
}

function toRole(given: string, at: string): Role {
  const role = given.toLowerCase();
  if (role === "system" || role === "user" || role === "assistant") return role;
  if (role === "developer") return "system";
  throw malformed(`${at}.role`, `is ${quote(given)}: it must be system, user, assistant or tool.`);
}

function toResultTurn(message: Message, at: string): Turn {
  const { content, images, tool_call_id, tool_name } = message;
  const callId = tool_call_id || null;
  return {
    role: "user",
    name: null,
    parts: [
      {
        type: "result",
        callId,
        name: tool_name || null,
        content: [
          ...toImages(images, `${at}.images`),
          { type: "text", text: content ?? "", at: `${at}.content` },
        ],
        at: callId === null ? at : `${at}.tool_call_id`,
      },
    ],
    at,
  };
}

/** LiteLLM leaves the calls out of an assistant's message, and sends their results: the model reads them as they are. */
function toTextOfResult({ content }: Message, at: string): Turn {
  const text = `${resultTags.open}\n${content ?? ""}\n${resultTags.close}`;
  return { role: "user", name: null, parts: [{ type: "text", text, at: `${at}.content` }], at };
}

function toThoughts({ thinking }: Message, at: string): Part[] {
  return thinking ? [{ type: "reasoning", text: thinking, at: `${at}.thinking` }] : [];
}

function toSpoken({ content, images }: Message, at: string): Part[] {
  const shown = toImages(images, `${at}.images`);
  // Ollama shows a message's images before its text.
  return content ? [...shown, { type: "text", text: content, at: `${at}.content` }] : shown;
}

/** `at`: of the list. */
export function toImages(images: Message["images"], at: string): ImagePart[] {
  return (images ?? []).map((data, index) => ({
    type: "image",
    url: data.startsWith("data:") ? data : `data:;base64,${data}`,
    at: `${at}[${index}]`,
  }));
}

function toCalls({ role, tool_calls }: Message, at: string): Part[] {
  if (role.toLowerCase() !== "assistant") return [];
  return (tool_calls ?? []).map(({ id, function: called }, index) => {
    const given = called.arguments ?? {};
    const text = typeof given === "string" ? given : stringifyExactly(given);
    return {
      type: "call",
      id: id || null,
      name: called.name,
      arguments: text,
      at: `${at}.tool_calls[${index}]`,
    };
  });
}
