import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";
import { ChatCompletionRequest } from "../chat/request.ts";
import { InputItem } from "./items.ts";
import { ResponseTool, ResponseToolChoice } from "./tools.ts";

/** The same as in chat; OpenAI has only the first two of them here. */
const asInChat = Type.Pick(ChatCompletionRequest, [
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "seed",
  "stop",
  "presence_penalty",
  "frequency_penalty",
  "repetition_penalty",
  "ignore_eos",
  "chat_template_kwargs",
  "thinking_budget_tokens",
]).properties;

/**
 * Body of POST /v1/responses (OpenAI API reference, "Create a model response"). Lenient where clients are: keys that are
 * not listed are ignored, null stands for absent.
 */
export const CreateResponseRequest = Type.Object(
  {
    model: nullable(Type.String({ description: "A name or alias of the registry" })),
    input: nullable(Type.Union([Type.String(), Type.Array(InputItem)])),
    instructions: nullable(
      Type.String({ description: "A system message; not taken over by later responses" }),
    ),
    stream: nullable(Type.Boolean()),
    store: nullable(
      Type.Boolean({ description: "Keep the response for later requests, in memory. Default: true" }),
    ),
    previous_response_id: nullable(
      Type.String({ description: "The stored response that the input continues" }),
    ),
    max_output_tokens: nullable(Type.Integer({ minimum: 1 })),
    tools: nullable(Type.Array(ResponseTool, { maxItems: 128 })),
    tool_choice: nullable(ResponseToolChoice),
    parallel_tool_calls: nullable(Type.Boolean()),
    text: nullable(
      Type.Object(
        {
          format: nullable(
            Type.Object(
              {
                type: Type.String({ description: "`text`, `json_object` or `json_schema`" }),
                schema: Type.Optional(Type.Unknown({ description: "A JSON Schema" })),
                strict: nullable(Type.Boolean({ description: "Refuse what cannot be fully enforced" })),
              },
              { additionalProperties: true },
            ),
          ),
          verbosity: nullable(Type.String({ description: "Ignored, which a header of the answer says" })),
        },
        { additionalProperties: true },
      ),
    ),
    reasoning: nullable(
      Type.Object(
        {
          effort: nullable(
            Type.String({ description: "For templates that know it; `none` turns thinking off" }),
          ),
          summary: nullable(
            Type.String({ description: "Any value: the whole reasoning is returned as its summary" }),
          ),
          max_tokens: nullable(
            Type.Integer({ minimum: 0, description: "Limit for reasoning in tokens, as in chat" }),
          ),
        },
        { additionalProperties: true },
      ),
    ),
    truncation: nullable(
      Type.Union([Type.Literal("auto"), Type.Literal("disabled")], {
        description: "`auto`: leave out the oldest turns where the input does not fit",
      }),
    ),
    include: nullable(
      Type.Array(Type.String(), {
        description: "`message.output_text.logprobs` and `reasoning.encrypted_content` are served",
      }),
    ),
    metadata: nullable(Type.Record(Type.String(), Type.String())),
    max_tool_calls: nullable(Type.Integer({ description: "Of tools that OpenAI runs itself; ignored" })),
    top_logprobs: nullable(Type.Integer({ minimum: 0, maximum: 20, description: "Only 0 is served" })),
    background: nullable(Type.Boolean({ description: "Only false is served" })),
    conversation: Type.Optional(Type.Unknown({ description: "Only null is served" })),
    prompt: Type.Optional(Type.Unknown({ description: "Only null is served" })),
    prompt_cache_key: nullable(Type.String({ description: "Ignored: prefixes are cached anyway" })),
    safety_identifier: nullable(Type.String()),
    user: nullable(Type.String()),
    ...asInChat,
  },
  { additionalProperties: true },
);

export type CreateResponseRequest = Static<typeof CreateResponseRequest>;
