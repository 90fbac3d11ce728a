/** How a model marks its reasoning. */
export interface ReasoningTags {
  open: string;
  close: string;
}

/** Where templates read how much effort the thinking is worth; Onyx' has a name of its own. */
export const effortKwargs = ["reasoning_effort", "reasoning_strength"] as const;

/** What a chat template renders correctly; probe.ts finds it out with trial renders. */
export interface TemplateTraits {
  /**
   * Where a system message may stand. "with last user": first, but it is written only where a user speaks last, and so lost once tools
   * answer: Mistral-7B-Instruct-v0.3's and Nemo's templates.
   */
  system: "nowhere" | "first" | "with last user" | "anywhere";
  /** Two system messages at the start are both rendered. */
  severalSystems: boolean;
  /** User and assistant must take turns; messages of the same role in a row are refused or lost. */
  alternation: boolean;
  assistantFirst: boolean;
  /** An assistant message without content and calls is rendered. */
  emptyAssistant: boolean;
  content: "text" | "parts";
  /** It writes tool definitions into the prompt. */
  tools: boolean;
  /** It writes the `tools` of a system message, which are JSON text: Phi-4-mini's does. */
  systemTools: boolean;
  /** What it takes for no tools: some render nothing without a list. */
  noTools: null | "empty list";
  /** It writes the `tool_calls` of an assistant message. */
  toolCalls: boolean;
  arguments: "object" | "text";
  /** Arguments that are no JSON object may be given as text without an error. */
  textArguments: boolean;
  /** An assistant message may make several calls. */
  severalCalls: boolean;
  /** Content of an assistant message that only calls. */
  callContent: "" | null;
  /** Call ids must be nine letters or digits, as Mistral's are. */
  shortCallIds: boolean;
  /** It knows the role `tool`. */
  toolResults: boolean;
  /** A user message may follow a tool message. */
  userAfterTool: boolean;
  /** Those of `enable_thinking`, `thinking` and `effortKwargs` that change the prompt. */
  kwargs: string[];
  /** What it takes instead of those words for an effort that it fails at, or that mean nothing to its model. */
  efforts: Readonly<Record<string, string>>;
  reasoning: ReasoningTags | null;
}
