import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";
import { TokenLimit } from "../token-limit.ts";
import { ResponseFormat, StructuredOutputs } from "./answer-form.ts";
import { ChatMessage } from "./messages.ts";
import { FunctionChoice, FunctionTool, Tool, ToolChoice } from "./tools.ts";

const unserved = Type.Optional(Type.Unknown({ description: "Only null is served" }));
const stopText = Type.String({ minLength: 1, maxLength: 1024 });

/**
 * Body of POST /v1/chat/completions (OpenAI API reference, "Create chat completion"), with the extensions that
 * vLLM names. Lenient where clients are: keys that are not listed are ignored, null stands for absent.
 */
export const ChatCompletionRequest = Type.Object(
  {
    model: nullable(Type.String({ description: "A name or alias of the registry" })),
    messages: Type.Array(ChatMessage, { minItems: 1 }),
    stream: nullable(Type.Boolean()),
    stream_options: nullable(
      Type.Object(
        { include_usage: nullable(Type.Boolean()), include_timings: nullable(Type.Boolean()) },
        { additionalProperties: true },
      ),
    ),
    timings: nullable(Type.Boolean({ description: "How long it took, with llama.cpp's field names" })),
    temperature: nullable(Type.Number({ minimum: 0, maximum: 2 })),
    top_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    top_k: nullable(
      Type.Integer({ minimum: -1, maximum: 2_147_483_647, description: "-1 or 0: all tokens" }),
    ),
    min_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    seed: nullable(Type.Integer()),
    stop: nullable(Type.Union([stopText, Type.Array(stopText, { maxItems: 16 })])),
    max_tokens: nullable(TokenLimit),
    max_completion_tokens: nullable(TokenLimit),
    presence_penalty: nullable(Type.Number({ minimum: -2, maximum: 2 })),
    frequency_penalty: nullable(Type.Number({ minimum: -2, maximum: 2 })),
    repetition_penalty: nullable(Type.Number({ exclusiveMinimum: 0, maximum: 10 })),
    n: nullable(Type.Integer({ minimum: 1, maximum: 128 })),
    logprobs: nullable(Type.Boolean()),
    top_logprobs: nullable(Type.Integer({ minimum: 0, maximum: 20, description: "Only 0 is served" })),
    logit_bias: nullable(Type.Record(Type.String(), Type.Number(), { description: "Only {} is served" })),
    ignore_eos: nullable(Type.Boolean()),
    chat_template_kwargs: nullable(Type.Record(Type.String(), Type.Unknown())),
    reasoning_effort: nullable(
      Type.String({ description: "For templates that know it; `none` turns thinking off" }),
    ),
    reasoning: nullable(
      Type.Object(
        { effort: nullable(Type.String()), max_tokens: nullable(Type.Integer({ minimum: 0 })) },
        { additionalProperties: true, description: "`max_tokens`: closes a thought after this many tokens" },
      ),
    ),
    thinking_budget_tokens: nullable(
      Type.Integer({ minimum: -1, description: "As `reasoning.max_tokens`; -1: no bound" }),
    ),
    continue_final_message: nullable(
      Type.Boolean({ description: "true: continue the last message, the assistant's, as is the default" }),
    ),
    add_generation_prompt: nullable(
      Type.Boolean({ description: "true: answer an assistant's last message instead of continuing it" }),
    ),
    tools: nullable(Type.Array(Tool, { maxItems: 128 })),
    tool_choice: nullable(ToolChoice),
    parallel_tool_calls: nullable(Type.Boolean()),
    functions: nullable(Type.Array(FunctionTool, { maxItems: 128, description: "Older than `tools`" })),
    function_call: nullable(FunctionChoice),
    response_format: nullable(ResponseFormat),
    structured_outputs: nullable(StructuredOutputs),
    modalities: nullable(Type.Array(Type.String(), { description: "Only `text` is served" })),
    audio: unserved,
    web_search_options: unserved,
    chat_template: unserved,
    documents: unserved,
  },
  { additionalProperties: true },
);

export type ChatCompletionRequest = Static<typeof ChatCompletionRequest>;
