import type { Grammar } from "../../protocol/grammar.ts";
import type { ToolFormatName } from "../../tool-formats.ts";

/** A function that the model may call, checked. */
export interface Tool {
  name: string;
  description?: string;
  /** JSON Schema of the arguments, an object's. */
  parameters: Record<string, unknown>;
  /** The same as the engine is held to it, for formats that write arguments as JSON. */
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
  /** The next piece of the call's arguments: together they are the text of one JSON object. */
  | { type: "arguments"; text: string };

/**
 * Reads tool calls out of a model's text as it comes, in pieces of any size: however it is cut, the parts put together
 * are the same. It holds back only what could still become a marker. What looks like a call but is none (unknown
 * name, not the form) comes out as content, whole.
 */
export interface ToolCallParser {
  push(text: string): ToolPart[];
  /** The text is over: returns what was held back. */
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
  /** Its markers are special tokens, which an engine leaves out of the text unless asked to keep them. */
  specialTokens: boolean;
  /** Special tokens that mean nothing to a client: it is never shown one, whatever becomes of the text around it. */
  markers: readonly string[];
  /**
   * A call has no marker that sets it apart from other text, so it is looked for only in what follows a thought. Any other
   * call ends a thought that it stands in.
   */
  unmarked?: true;
  /** It covers answers without calls and separates reasoning from content, so its parser reads every answer. */
  readsAll?: true;
  /** What ends a thought of a format that reads all, so that the model goes on with the answer. */
  thoughtEnd?: string;
  /** Calls as the assistant wrote them, for templates that do not write them. Absent: in Hermes' form. */
  renderCalls?: RenderCalls;
  /** Whether a chat template (Jinja source) speaks this form. */
  matches(template: string): boolean;
  createParser(tools: readonly Tool[]): ToolCallParser;
  /** Free text until a call starts, or, when required, calls alone; each call is one of these tools' and valid. */
  toGrammar(tools: readonly Tool[], rules: CallRules): Grammar;
}
