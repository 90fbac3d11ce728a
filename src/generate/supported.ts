import type { ChatCompletionRequest } from "../api/openai/chat/request.ts";
import { OvError } from "../errors.ts";

/**
 * Refuses what would change the answer and is not served, naming it. A value that asks for nothing, such as
 * an empty list, is fine.
 */
export function refuseUnsupported(request: ChatCompletionRequest): void {
  if (Object.keys(request.logit_bias ?? {}).length > 0) {
    throw unsupported("logit_bias", "the engine cannot bias single tokens");
  }
  if ((request.top_logprobs ?? 0) > 0) {
    throw unsupported("top_logprobs", "the engine tells the chosen token only: use `logprobs` alone");
  }
}

function unsupported(param: string, why: string): OvError {
  return new OvError("unsupported_parameter", `"${param}" is not supported: ${why}. Leave it out.`, {
    param,
  });
}
