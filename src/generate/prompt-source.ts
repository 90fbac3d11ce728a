import type { TextRequest } from "./request.ts";
import type { Round } from "./rounds.ts";
import type { ToolChoice } from "./tools/choice.ts";

/** What a prompt is made from. */
export interface PromptSource {
  request: TextRequest;
  /** The request's conversation. */
  rounds: readonly Round[];
  tools: ToolChoice;
  /** A text that occurs nowhere in the request, to mark control tokens in text from others; null: control tokens are allowed. */
  marker: string | null;
}
