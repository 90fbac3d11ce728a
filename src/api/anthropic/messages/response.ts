import { type Static, Type } from "@sinclair/typebox";
import type { Usage as TokenUsage } from "../../../generate/parts.ts";
import { orNull } from "../../nullable.ts";
import { ErrorResponse } from "../errors.ts";

/** Answers of POST /v1/messages (Anthropic API reference, "Create a Message" and "Streaming messages"). */
const count = Type.Integer({ minimum: 0 });
const absent = Type.Null();

const inputUsage = {
  input_tokens: Type.Integer({ minimum: 0, description: "Those of the prompt that were computed" }),
  cache_creation_input_tokens: count,
  cache_read_input_tokens: Type.Integer({ minimum: 0, description: "Those that the prefix cache held" }),
  output_tokens: count,
  output_tokens_details: Type.Object({ thinking_tokens: count }),
  server_tool_use: absent,
};

export const Usage = Type.Object({
  ...inputUsage,
  cache_creation: Type.Object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }),
  inference_geo: absent,
  service_tier: Type.Literal("standard"),
  speed: absent,
});

export const TextBlock = Type.Object({ type: Type.Literal("text"), text: Type.String(), citations: absent });

export const ThinkingBlock = Type.Object({
  type: Type.Literal("thinking"),
  thinking: Type.String({ description: "Empty where the request has `display: omitted`" }),
  signature: Type.String({ description: "To be sent back together with the block" }),
});

export const ToolUseBlock = Type.Object({
  type: Type.Literal("tool_use"),
  id: Type.String(),
  name: Type.String(),
  input: Type.Record(Type.String(), Type.Unknown()),
  caller: Type.Object({ type: Type.Literal("direct") }),
});

export const Block = Type.Union([TextBlock, ThinkingBlock, ToolUseBlock]);

export const StopReason = Type.Union([
  Type.Literal("end_turn"),
  Type.Literal("max_tokens"),
  Type.Literal("stop_sequence"),
  Type.Literal("tool_use"),
  Type.Literal("model_context_window_exceeded"),
]);

const ending = {
  stop_reason: orNull(StopReason),
  stop_sequence: orNull(Type.String()),
  stop_details: absent,
};

export const Message = Type.Object({
  id: Type.String(),
  type: Type.Literal("message"),
  role: Type.Literal("assistant"),
  model: Type.String({ description: "The registered name of the model that answered" }),
  content: Type.Array(Block),
  ...ending,
  container: absent,
  context_management: absent,
  diagnostics: absent,
  usage: Usage,
});

export const Delta = Type.Union([
  Type.Object({ type: Type.Literal("text_delta"), text: Type.String() }),
  Type.Object({ type: Type.Literal("thinking_delta"), thinking: Type.String() }),
  Type.Object({ type: Type.Literal("signature_delta"), signature: Type.String() }),
  Type.Object({ type: Type.Literal("input_json_delta"), partial_json: Type.String() }),
]);

export const MessageEvent = Type.Union([
  Type.Object({ type: Type.Literal("message_start"), message: Message }),
  Type.Object({ type: Type.Literal("content_block_start"), index: count, content_block: Block }),
  Type.Object({ type: Type.Literal("content_block_delta"), index: count, delta: Delta }),
  Type.Object({ type: Type.Literal("content_block_stop"), index: count }),
  Type.Object({
    type: Type.Literal("message_delta"),
    delta: Type.Object({ ...ending, container: absent }),
    usage: Type.Object(inputUsage),
    context_management: absent,
  }),
  Type.Object({ type: Type.Literal("message_stop") }),
  Type.Object({ type: Type.Literal("ping") }),
]);

/** A server-sent event; its name is the `type` of its data. */
export const MessageStreamEvent = Type.Object({
  event: Type.String(),
  data: Type.String({
    contentMediaType: "application/json",
    contentSchema: Type.Union([MessageEvent, ErrorResponse]),
    description: "An error ends an answer that could not be finished",
  }),
});

export const TokensCount = Type.Object({ input_tokens: count, context_management: absent });

export type Usage = Static<typeof Usage>;
export type Block = Static<typeof Block>;
export type Delta = Static<typeof Delta>;
export type StopReason = Static<typeof StopReason>;
export type Message = Static<typeof Message>;
export type MessageEvent = Static<typeof MessageEvent>;
export type TokensCount = Static<typeof TokensCount>;

/** Unlike OpenAI's count of the prompt, Anthropic's is without what was cached. */
export function toUsage({ promptTokens, cachedTokens, newTokens, reasoningTokens }: TokenUsage): Usage {
  return {
    input_tokens: promptTokens - cachedTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cachedTokens,
    output_tokens: newTokens,
    output_tokens_details: { thinking_tokens: reasoningTokens },
    server_tool_use: null,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    inference_geo: null,
    service_tier: "standard",
    speed: null,
  };
}
