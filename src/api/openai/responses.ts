import { type Static, Type } from "@sinclair/typebox";
import { FunctionCall, FunctionCallDelta, ToolCall, ToolCallDelta } from "./chat/tools.ts";

/** What the API answers (OpenAI API reference, "Chat completion object" and "Model object"). */
const count = Type.Integer({ minimum: 0 });
const orNull = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

export const Usage = Type.Object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: Type.Object({
    cached_tokens: Type.Integer({ minimum: 0, description: "Prompt tokens that the prefix cache held" }),
  }),
  completion_tokens_details: Type.Object({
    reasoning_tokens: Type.Integer({ minimum: 0, description: "Those of `reasoning_content`" }),
  }),
});

export const Logprobs = Type.Object({
  content: Type.Array(
    Type.Object({
      token: Type.String(),
      logprob: Type.Number(),
      bytes: orNull(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }))),
      top_logprobs: Type.Array(Type.Unknown(), { maxItems: 0 }),
    }),
  ),
  refusal: Type.Null(),
});

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
});

export const Model = Type.Object({
  id: Type.String(),
  object: Type.Literal("model"),
  created: Type.Integer({
    description: "When its files changed last, Unix time in seconds; 0: they are missing",
  }),
  owned_by: Type.String(),
  loaded: Type.Boolean(),
  state: Type.String({ description: "unloaded, loading, ready or draining" }),
  device: orNull(Type.String({ description: "The device really used, while loaded" })),
  context_length: orNull(count),
  task: Type.String(),
  weight_format: Type.String(),
  aliases: Type.Array(Type.String()),
  pinned: Type.Boolean({ description: "Never unloaded for being idle, nor for another model's memory" }),
  engine: orNull(Type.String({ description: "The engine that runs it, while loaded" })),
  loaded_at: orNull(Type.Integer({ description: "Unix time in seconds" })),
  idle_unload_at: orNull(
    Type.Integer({ description: "When it will be unloaded unless a request comes, Unix time in seconds" }),
  ),
  memory_bytes: orNull(Type.Integer({ minimum: 0, description: "What its process holds now" })),
  running: count,
  waiting: count,
  tokens_per_second: orNull(Type.Number({ description: "Of its last work, all requests together" })),
});

export const ModelList = Type.Object({ object: Type.Literal("list"), data: Type.Array(Model) });

export const ErrorBody = Type.Object({
  error: Type.Object({
    message: Type.String(),
    type: Type.String(),
    param: orNull(Type.String()),
    code: orNull(Type.String()),
  }),
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

export type Usage = Static<typeof Usage>;
export type Logprobs = Static<typeof Logprobs>;
export type FinishReason = Static<typeof FinishReason>;
export type ChatCompletion = Static<typeof ChatCompletion>;
export type ChatMessageAnswer = ChatCompletion["choices"][number]["message"];
export type ChatDelta = ChatCompletionChunk["choices"][number]["delta"];
export type ChatCompletionChunk = Static<typeof ChatCompletionChunk>;
export type Model = Static<typeof Model>;
export type ModelList = Static<typeof ModelList>;
export type ErrorBody = Static<typeof ErrorBody>;
