import { toPrefill } from "../../../generate/conversation.ts";
import type { AnswerForm, TextRequest } from "../../../generate/request.ts";
import { malformed, quote, refuseFields, unsupported } from "../../refusal.ts";
import type { MessagesRequest } from "./request.ts";
import { toThinking } from "./thinking.ts";
import { toTurns } from "./to-turns.ts";
import { toDefinitions, toToolWish } from "./tools.ts";

/**
 * What a request for a message, or for its count of tokens, asks for. Throws `invalid_request` or `unsupported_parameter` for
 * what Anthropic's shape can say and is not served; what any dialect could ask for is checked by generate/plan.ts.
 */
export function toTextRequest(body: MessagesRequest): TextRequest {
  refuseFields(body, refused);
  const turns = toTurns(body);
  return {
    conversation: { turns, at: "messages" },
    tools: toDefinitions(body),
    toolChoice: toToolWish(body),
    form: toAnswerForm(body),
    sampling: {
      temperature: body.temperature ?? null,
      top_p: body.top_p ?? null,
      top_k: body.top_k ?? null,
    },
    stops: body.stop_sequences ?? [],
    maxTokens: body.max_tokens ?? null,
    ignoreEos: false,
    choices: 1,
    logprobs: null,
    reasoningEffort: toThinking(body).effort,
    thinkingBudget: body.thinking?.type === "enabled" ? (body.thinking.budget_tokens ?? null) : null,
    continueLast: toPrefill(turns),
    templateVariables: {},
  };
}

/** What would leave out a part of the conversation, or stand for it, on a server that keeps conversations. */
const refused = {
  thread: "is not supported: no conversation is kept here. Send all of its messages.",
  compaction: "is not supported: leave it out, and shorten the messages.",
};

/** `output_format` is the older name of `output_config.format`. */
function toAnswerForm({ output_config, output_format }: MessagesRequest): AnswerForm | null {
  const format = output_config?.format ?? output_format;
  if (!format) return null;
  const param = output_config?.format ? "output_config.format" : "output_format";
  if (format.type !== "json_schema") {
    throw unsupported(`${param}.type`, `is ${quote(format.type)}, but only "json_schema" is served.`);
  }
  const at = `${param}.schema`;
  if (format.schema === undefined || format.schema === null) {
    throw malformed(at, "is missing: it must be a JSON Schema.");
  }
  return { type: "json_schema", schema: format.schema, param, at };
}
