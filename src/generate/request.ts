import type { Conversation } from "./conversation.ts";

/**
 * A client's request before the model is known: all that a dialect has to fill in. `at` and `param` name fields of the
 * client's own request, for errors.
 */
export interface TextRequest {
  conversation: Conversation;
  tools: readonly ToolDefinition[];
  toolChoice: ToolWish;
  /** The form of the whole answer; null: free text. */
  form: AnswerForm | null;
  sampling: SamplingWishes;
  /** The answer ends before the first of these. */
  stops: readonly string[];
  /** null: the server's limit. */
  maxTokens: number | null;
  /** Continue to `maxTokens` where the model would end. */
  ignoreEos: boolean;
  /** How many answers, 1 or more. */
  choices: number;
  /** The log probability of each token of the content; null: not requested. */
  logprobs: { at: string } | null;
  /** A value of the model's template, such as "low"; "none" turns reasoning off. null: the model's default. */
  reasoningEffort: string | null;
  /** The tokens that reasoning may take before it is closed; null: no limit. */
  thinkingBudget: number | null;
  /** The conversation's last turn, the assistant's, if the answer continues it; null: the answer is a turn of its own. */
  continueLast: { at: string } | null;
  /** Further variables of the chat template. */
  templateVariables: Record<string, unknown>;
}

/** A function that the model may call, not checked yet. */
export interface ToolDefinition {
  name: string;
  description: string | null;
  /** JSON Schema of its arguments; null: it takes none. */
  schema: Record<string, unknown> | null;
  /** Arguments must fully match the schema, or the request is refused; otherwise what cannot be enforced is left to the model. */
  strict: boolean;
  at: string;
  /** Where its schema stood. */
  schemaAt: string;
}

export interface ToolWish {
  mode: "none" | "auto" | "required";
  /** Only these may be called; null: any. */
  names: readonly string[] | null;
  /** Several calls in one answer; null: the mode decides. */
  parallel: boolean | null;
  at: string;
}

/** `param`: the field that asks for the form; `at`: where its schema, pattern… stood. Neither is checked yet. */
export type AnswerForm = { param: string; at: string } & (
  | { type: "json_object" }
  /** `strict`: as of a tool; absent: it is not. */
  | { type: "json_schema"; schema: unknown; strict?: boolean }
  | { type: "regex"; pattern: string }
  | { type: "choice"; choices: readonly unknown[] }
  /** EBNF with a rule named `root`. */
  | { type: "grammar"; grammar: string }
);

/** How the next token is chosen; absent or null: the model's own recommendation. */
export interface SamplingWishes {
  temperature?: number | null;
  top_p?: number | null;
  /** 0 or less: all tokens. */
  top_k?: number | null;
  min_p?: number | null;
  repetition_penalty?: number | null;
  presence_penalty?: number | null;
  frequency_penalty?: number | null;
  /** An integer; null: a different one for each request. */
  seed?: number | null;
}
