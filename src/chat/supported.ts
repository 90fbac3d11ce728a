import { OvError } from "../errors.ts";
import type { ChatCompletionRequest } from "../openai/requests.ts";

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
  if ((request.tools?.length ?? 0) > 0 && request.tool_choice !== "none") {
    throw unsupported("tools", "tool calls are not served yet");
  }
  if ((request.functions?.length ?? 0) > 0) {
    throw unsupported("functions", "function calls are not served yet");
  }
  if (request.response_format && request.response_format.type !== "text") {
    throw unsupported("response_format", `type "${request.response_format.type}" is not served yet`);
  }
}

function unsupported(param: string, why: string): OvError {
  return new OvError("unsupported_parameter", `"${param}" is not supported: ${why}. Leave it out.`, {
    param,
  });
}
