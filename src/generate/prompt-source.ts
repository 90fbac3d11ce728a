import type { TextRequest } from "./request.ts";
import type { Round } from "./rounds.ts";
import type { ToolChoice } from "./tools/choice.ts";

/** What a prompt is made of. */
export interface PromptSource {
  request: TextRequest;
  /** The request's conversation. */
  rounds: readonly Round[];
  tools: ToolChoice;
  /** A text that stands nowhere in the request, to keep control tokens out of what it passes on; null: they may be there. */
  marker: string | null;
}
