import type { Grammar } from "../../protocol/grammar.ts";
import type { ToolFormatName } from "../../tool-formats.ts";

/** A function that the model may call, checked. */
export interface Tool {
  name: string;
  description?: string;
  /** JSON Schema of the arguments, an object's. */
  parameters: Record<string, unknown>;
  /** The same as a grammar, for formats that write arguments as JSON. */
  grammar: Grammar;
}

/** What a model's text turns out to be. */
export type ToolPart =
  /** `at`: where it stood in the text, in UTF-16 units. */
  | { type: "content"; text: string; at: number }
  /** Only of formats that write reasoning in channels of their own, such as harmony. */
  | { type: "reasoning"; text: string }
  /** A call starts; the `arguments` that follow are its own, until the next `call`. */
  | { type: "call"; name: string }
  /** The next piece of the call's arguments; all pieces together are the text of one JSON object. */
  | { type: "arguments"; text: string };

/**
 * Reads tool calls from a model's text as it arrives, in pieces of any size: however it is split, the joined parts
 * are the same. It holds back only what could still become a marker. What looks like a call but is none (unknown
 * name, not the form) comes out as content, whole.
 */
export interface ToolCallParser {
  push(text: string): ToolPart[];
  /** The text has ended: returns what was held back. */
  end(): ToolPart[];
  /** Within reasoning of the format's own that is not closed yet. */
  readonly thinking: boolean;
}

export interface CallRules {
  /** At least one call must be made, and nothing else is written. */
  required: boolean;
  /** More than one call may be made. */
  parallel: boolean;
}

/** A call of an earlier answer as it is written into a later prompt; `arguments` is JSON text. */
export interface ToldCall {
  name: string;
  arguments: string;
}

export type RenderCalls = (calls: readonly ToldCall[]) => string;

/** How one family of models writes its calls. */
export interface ToolFormat {
  name: ToolFormatName;
  /** Its markers are special tokens, which an engine drops from the text unless it is told to keep them. */
  specialTokens: boolean;
  /** Special tokens that are never shown to a client, whatever the text around them turns out to be. */
  markers: readonly string[];
  /**
   * A call has no marker that distinguishes it from other text, so it is sought only after the reasoning. In any other format, a
   * call ends the reasoning that it stands in.
   */
  unmarked?: true;
  /** It covers answers without calls and separates reasoning from content, so its parser reads every answer. */
  readsAll?: true;
  /** For a format that reads the whole answer: what ends reasoning, so that the model continues with the answer. */
  thoughtEnd?: string;
  /** Calls as the assistant wrote them, for templates that do not write them. Absent: in Hermes' form. */
  renderCalls?: RenderCalls;
  /** Whether a chat template (Jinja source) uses this format. */
  matches(template: string): boolean;
  createParser(tools: readonly Tool[]): ToolCallParser;
  /** Free text until a call starts, or, when required, calls alone; each call is one of these tools' and valid. */
  toGrammar(tools: readonly Tool[], rules: CallRules): Grammar;
}
