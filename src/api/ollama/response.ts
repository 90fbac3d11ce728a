import { type Static, Type } from "@sinclair/typebox";
import { ErrorBody } from "./errors.ts";
import { Time } from "./timing.ts";

/**
 * Answers of POST /api/chat and /api/generate: docs/openapi.yaml of Ollama, "ChatResponse", "ChatStreamEvent", "GenerateResponse",
 * "GenerateStreamEvent", and api/types.go. A line of a stream has the same shape as a whole answer, with a piece of its content.
 */
const count = Type.Integer({ minimum: 0 });
const nanoseconds = Type.Integer({ minimum: 0, description: "Nanoseconds" });

export const Logprob = Type.Object({
  token: Type.String(),
  logprob: Type.Number(),
  bytes: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }))),
});

const head = {
  model: Type.String({ description: "As the request named it" }),
  created_at: Time,
};

/** What only the last line, or a whole answer, has. */
const end = {
  done: Type.Literal(true),
  done_reason: Type.Union([Type.Literal("stop"), Type.Literal("length")]),
  total_duration: nanoseconds,
  load_duration: nanoseconds,
  prompt_eval_count: count,
  prompt_eval_duration: nanoseconds,
  eval_count: count,
  eval_duration: nanoseconds,
};

const logprobs = Type.Optional(Type.Array(Logprob));
const more = { done: Type.Literal(false), logprobs };

/** Of a request that loads or unloads the model and asks nothing. */
const moved = {
  done: Type.Literal(true),
  done_reason: Type.Union([Type.Literal("load"), Type.Literal("unload")]),
};

export const ToolCall = Type.Object({
  id: Type.String(),
  function: Type.Object({
    index: count,
    name: Type.String(),
    arguments: Type.Record(Type.String(), Type.Unknown()),
  }),
});

const message = Type.Object({
  role: Type.Literal("assistant"),
  content: Type.String(),
  thinking: Type.Optional(Type.String({ description: "What the model thought before it answered" })),
  tool_calls: Type.Optional(
    Type.Array(ToolCall, { minItems: 1, description: "Each call whole, in one line" }),
  ),
});

const text = {
  response: Type.String(),
  thinking: Type.Optional(Type.String()),
};

export const ChatAnswer = Type.Object({ ...head, message, ...end, logprobs });
export const ChatLine = Type.Union([Type.Object({ ...head, message, ...more }), ChatAnswer, ErrorBody]);
export const ChatMoved = Type.Object({ ...head, message, ...moved });

export const GenerateAnswer = Type.Object({ ...head, ...text, ...end, logprobs });
export const GenerateLine = Type.Union([
  Type.Object({ ...head, ...text, ...more }),
  GenerateAnswer,
  ErrorBody,
]);
export const GenerateMoved = Type.Object({ ...head, ...text, ...moved });

export type Logprob = Static<typeof Logprob>;
export type ChatMoved = Static<typeof ChatMoved>;
export type GenerateMoved = Static<typeof GenerateMoved>;
