import { type Static, Type } from "@sinclair/typebox";
import { orNull } from "../../nullable.ts";
import { ErrorBody } from "../errors.ts";
import { Timings } from "../timings.ts";
import { Usage } from "../usage.ts";
import { Logprobs } from "./logprobs.ts";

/** Answers of POST /v1/chat/completions (OpenAI API reference, "Chat completion object" and "chunk object"). */
const count = Type.Integer({ minimum: 0 });

export const ToolCall = Type.Object({
  id: Type.String(),
  type: Type.Literal("function"),
  function: Type.Object({
    name: Type.String(),
    arguments: Type.String({ description: "A JSON object as text" }),
  }),
});

/** A piece of a streamed call: id, type and name come with the first one. */
export const ToolCallDelta = Type.Object({
  index: Type.Integer({ minimum: 0 }),
  id: Type.Optional(Type.String()),
  type: Type.Optional(Type.Literal("function")),
  function: Type.Object({
    name: Type.Optional(Type.String()),
    arguments: Type.Optional(Type.String()),
  }),
});

export const FunctionCall = Type.Object({ name: Type.String(), arguments: Type.String() });
export const FunctionCallDelta = Type.Partial(FunctionCall);

export const FinishReason = Type.Union(
  [Type.Literal("stop"), Type.Literal("length"), Type.Literal("tool_calls"), Type.Literal("function_call")],
  { description: "`function_call`: where the request has the older `functions`" },
);

const reasoning = Type.String({ description: "What the model thought before it answered" });

export const ChatCompletion = Type.Object({
  id: Type.String(),
  object: Type.Literal("chat.completion"),
  created: Type.Integer({ description: "Unix time in seconds" }),
  model: Type.String({ description: "The registered name of the model that answered" }),
  system_fingerprint: Type.String(),
  choices: Type.Array(
    Type.Object({
      index: count,
      message: Type.Object({
        role: Type.Literal("assistant"),
        content: orNull(Type.String({ description: "null: the model called tools and said nothing" })),
        reasoning_content: Type.Optional(reasoning),
        tool_calls: Type.Optional(Type.Array(ToolCall, { minItems: 1 })),
        function_call: Type.Optional(FunctionCall),
        refusal: Type.Null(),
      }),
      logprobs: orNull(Logprobs),
      finish_reason: FinishReason,
    }),
  ),
  usage: Usage,
  timings: Type.Optional(Timings),
});

export const ChatCompletionChunk = Type.Object({
  id: Type.String(),
  object: Type.Literal("chat.completion.chunk"),
  created: Type.Integer(),
  model: Type.String(),
  system_fingerprint: Type.String(),
  choices: Type.Array(
    Type.Object({
      index: count,
      delta: Type.Object({
        role: Type.Optional(Type.Literal("assistant")),
        content: Type.Optional(Type.String()),
        reasoning_content: Type.Optional(reasoning),
        tool_calls: Type.Optional(Type.Array(ToolCallDelta, { minItems: 1 })),
        function_call: Type.Optional(FunctionCallDelta),
      }),
      logprobs: orNull(Logprobs),
      finish_reason: orNull(FinishReason),
    }),
  ),
  usage: Type.Optional(orNull(Usage)),
  timings: Type.Optional(Timings),
});

/**
 * An event of a streamed answer, in the form of OpenAPI 3.2, section 4.14.4.1 ("Server-Sent Event Streams"); tools
 * for older versions read a media type's schema so too.
 */
export const ChatCompletionEvent = Type.Object({
  data: Type.Union([
    Type.Literal("[DONE]", { description: "The last one of a whole answer" }),
    Type.String({
      contentMediaType: "application/json",
      contentSchema: Type.Union([ChatCompletionChunk, ErrorBody]),
      description: "An error ends an answer that could not be finished",
    }),
  ]),
});

export type FinishReason = Static<typeof FinishReason>;
export type ToolCall = Static<typeof ToolCall>;
export type FunctionCall = Static<typeof FunctionCall>;
export type ChatCompletion = Static<typeof ChatCompletion>;
export type ChatCompletionChunk = Static<typeof ChatCompletionChunk>;
