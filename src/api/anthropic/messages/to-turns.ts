import type { CallPart, Part, ResultPart, Role, Turn } from "../../../generate/conversation.ts";
import { stringifyExactly } from "../../../json/exact.ts";
import { malformed } from "../../refusal.ts";
import type { Message, MessageBlock } from "./blocks.ts";
import { separate, toContent, toContentParts } from "./content.ts";
import type { MessagesRequest } from "./request.ts";
import { readSignature } from "./thinking.ts";

/**
 * The system prompt and the messages as turns. Messages of one role in a row are one turn, as Anthropic has it, and results stand
 * behind the calls that they answer, whatever came in between. Throws `invalid_request` or `unsupported_parameter`.
 */
export function toTurns({ system, messages }: Pick<MessagesRequest, "system" | "messages">): Turn[] {
  const turns = messages.flatMap((message, index) => toTurn(message, `messages[${index}]`));
  return [...toSystemTurn(system), ...placeResults(joinNeighbours(turns))];
}

/**
 * Claude Code's first block names its own version and a hash of the conversation, for Anthropic's accounts. Left at the head of
 * the prompt it would keep conversations from sharing what the prefix cache holds of it.
 */
const billing = /^x-anthropic-billing-header:/;

function toSystemTurn(system: MessagesRequest["system"]): Turn[] {
  const blocks = Array.isArray(system) ? system.filter(({ text }) => !billing.test(text ?? "")) : system;
  const parts = toContent(blocks, "system");
  return parts.length === 0 ? [] : [{ role: "system", name: null, parts, at: "system" }];
}

function toTurn({ role, content }: Message, at: string): Turn[] {
  const where = `${at}.content`;
  if (!Array.isArray(content))
    return [{ role: toRole(role), name: null, parts: toContent(content, where), at }];
  const parts = content.flatMap((block, index) => toParts(block, `${where}[${index}]`));
  // What is left of a message that a server tool filled says nothing.
  const isSkipped = parts.length === 0 && content.length > 0;
  return isSkipped ? [] : [{ role: toRole(role), name: null, parts, at }];
}

/** Roles of other dialects, and those to come, must not end a conversation. */
function toRole(role: string): Role {
  if (role === "assistant" || role === "system") return role;
  return role === "developer" ? "system" : "user";
}

function toParts(block: MessageBlock, at: string): Part[] {
  switch (block.type) {
    case "thinking": {
      const text = block.thinking || readSignature(block.signature ?? "");
      return text === "" ? [] : [{ type: "reasoning", text, at: `${at}.thinking` }];
    }
    case "tool_use":
      return [toCall(block, at)];
    case "tool_result":
      return [toResult(block, at)];
    default:
      return toContentParts(block, at);
  }
}

function toCall({ id, name, input }: MessageBlock, at: string): CallPart {
  if (!name) throw malformed(`${at}.name`, "is missing: a tool_use block names its tool.");
  const text = typeof input === "string" ? input : stringifyExactly(input ?? {});
  return { type: "call", id: id || null, name, arguments: text, at };
}

/** A template has no word for a call that failed, so the result itself says so. */
function toResult({ tool_use_id, content, is_error }: MessageBlock, at: string): ResultPart {
  const parts = toContent(content, `${at}.content`);
  return {
    type: "result",
    callId: tool_use_id || null,
    name: null,
    content: is_error ? [{ type: "text", text: "Error: ", at }, ...parts] : parts,
    at: tool_use_id ? `${at}.tool_use_id` : at,
  };
}

function joinNeighbours(turns: readonly Turn[]): Turn[] {
  const joined: Turn[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (last === undefined || last.role !== turn.role || turn.role === "system") joined.push(turn);
    else joined.splice(-1, 1, { ...last, parts: [...last.parts, ...turn.parts] });
  }
  return joined;
}

function placeResults(turns: readonly Turn[]): Turn[] {
  const placed: Turn[] = [];
  for (const turn of turns) {
    const results = turn.parts.filter(({ type }) => type === "result");
    const said = turn.parts.filter(({ type }) => type !== "result");
    const caller = placed.findLastIndex(({ role }) => role === "assistant");
    if (results.length > 0) placed.splice(caller + 1, 0, { ...turn, parts: results });
    if (said.length > 0 || results.length === 0) placed.push({ ...turn, parts: separate(said) });
  }
  return placed;
}
