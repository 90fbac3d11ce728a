/**
 * A conversation in no dialect's terms. Everything carries `at`: its place in
 * the request, as a path such as `messages[3].content[0]`, so that an error can name it.
 */
export interface Conversation {
  turns: readonly Turn[];
  /** The field that held the turns: `messages`, `input`. */
  at: string;
}

export type Role = "system" | "user" | "assistant";

/**
 * What one side contributes. A turn without parts is an empty message. The result of a tool is a part of whichever turn contains
 * it: OpenAI sends a message for each, Anthropic puts them at the head of the user's next one.
 */
export interface Turn {
  role: Role;
  /** The speaker's own name, where there are several of a role. */
  name: string | null;
  parts: readonly Part[];
  at: string;
}

export type Part = ContentPart | ReasoningPart | CallPart | ResultPart;

/** The parts of a message or of a tool's result. */
export type ContentPart = TextPart | ImagePart;

export interface TextPart {
  type: "text";
  text: string;
  at: string;
}

export interface ImagePart {
  type: "image";
  /** `data:…;base64,…`, or an http(s) address; not checked yet. */
  url: string;
  at: string;
}

/** The assistant's reasoning before an earlier answer. */
export interface ReasoningPart {
  type: "reasoning";
  text: string;
  at: string;
}

/** A call that the assistant made. */
export interface CallPart {
  type: "call";
  /** null: the client sent none; its result is then found by name or order. */
  id: string | null;
  name: string;
  /** JSON text as the client sent it; its numbers are never parsed on the way to the prompt. It may be invalid JSON. */
  arguments: string;
  at: string;
}

/** What a called tool answered. */
export interface ResultPart {
  type: "result";
  callId: string | null;
  /** The tool's name, where the client sent it. */
  name: string | null;
  content: readonly ContentPart[];
  /** Where its call's id stood, if it has one. */
  at: string;
}

/** The joined text of these parts. */
export function toText(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/**
 * The last turn as one to continue, for dialects in which an assistant's last message always is one; null: it is another's,
 * or makes calls.
 */
export function toPrefill(turns: readonly Turn[]): { at: string } | null {
  const last = turns.at(-1);
  const isText = last?.role === "assistant" && last.parts.every(({ type }) => type !== "call");
  return isText ? { at: last.at } : null;
}
