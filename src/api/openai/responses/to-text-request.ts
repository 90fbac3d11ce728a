import type { AnswerForm, TextRequest } from "../../../generate/request.ts";
import { malformed, quote, refuseFields, unsupported } from "../../refusal.ts";
import { toSampling, toStops } from "../../sampling.ts";
import { toThinkingBudget } from "../chat/thinking-budget.ts";
import type { PlacedItem } from "./items.ts";
import type { CreateResponseRequest } from "./request.ts";
import { type ResponseTools, toToolWish } from "./to-tools.ts";
import { toTurns } from "./to-turns.ts";

/**
 * What a request for a response asks for. `items`: the whole conversation, earlier responses included. Throws
 * `invalid_request` or `unsupported_parameter` for what OpenAI's shape can say and is not served.
 */
export function toTextRequest(
  body: CreateResponseRequest,
  items: readonly PlacedItem[],
  tools: ResponseTools,
): TextRequest {
  refuseFields(body, refused);
  const turns = toTurns([...toInstructions(body.instructions), ...items]);
  if (items.length === 0 || turns.length === 0) {
    throw malformed("input", "is missing: it must be a text or a list of items.");
  }
  return {
    conversation: { turns, at: "input" },
    tools: tools.definitions,
    toolChoice: toToolWish(body.tool_choice, body.parallel_tool_calls),
    form: toForm(body.text?.format),
    sampling: toSampling(body),
    stops: toStops(body.stop),
    maxTokens: body.max_output_tokens ?? null,
    ignoreEos: body.ignore_eos ?? false,
    choices: 1,
    logprobs: asksLogprobs(body) ? { at: "include" } : null,
    reasoningEffort: body.reasoning?.effort ?? null,
    thinkingBudget: toThinkingBudget(body),
    continueLast: null,
    templateVariables: body.chat_template_kwargs ?? {},
  };
}

export function asksLogprobs({ include }: CreateResponseRequest): boolean {
  return include?.includes("message.output_text.logprobs") ?? false;
}

function toInstructions(instructions: string | null | undefined): PlacedItem[] {
  if (!instructions) return [];
  return [{ item: { role: "system", content: instructions }, at: "instructions" }];
}

function toForm(format: NonNullable<CreateResponseRequest["text"]>["format"]): AnswerForm | null {
  const param = "text.format";
  if (!format || format.type === "text") return null;
  if (format.type === "json_object") return { type: "json_object", param, at: param };
  if (format.type === "json_schema") {
    const { schema, strict } = format;
    if (schema === undefined || schema === null)
      throw malformed(`${param}.schema`, "is missing: it must be a JSON Schema.");
    return { type: "json_schema", schema, strict: strict ?? false, param, at: `${param}.schema` };
  }
  const why = `is ${quote(format.type)}, but must be "text", "json_object" or "json_schema".`;
  throw unsupported(`${param}.type`, why);
}

/** What would change the answer and is not served. */
const refused = {
  background: "is not supported: leave it out, and read the response as a stream.",
  conversation: "is not supported: go on from a response with `previous_response_id`.",
  prompt: "is not supported: this server keeps no prompts. Send `instructions` and `input`.",
  response_format: "is not supported: send `text.format`, as this API has it.",
  structured_outputs: "is not supported: send `text.format`.",
  top_logprobs:
    'is not supported: the engine returns the chosen token only. Leave it out, and include "message.output_text.logprobs" alone.',
};
