import { type Static, Type } from "@sinclair/typebox";
import { TokenLogprobs } from "../chat/logprobs.ts";

/** Items of a response's output (OpenAI API reference, "The response object": `output`), as this server writes them. */
const status = Type.Union([
  Type.Literal("in_progress"),
  Type.Literal("completed"),
  Type.Literal("incomplete"),
]);

export const OutputText = Type.Object({
  type: Type.Literal("output_text"),
  text: Type.String(),
  annotations: Type.Array(Type.Never(), { maxItems: 0 }),
  logprobs: TokenLogprobs,
});

export const ReasoningText = Type.Object({ type: Type.Literal("reasoning_text"), text: Type.String() });
export const SummaryText = Type.Object({ type: Type.Literal("summary_text"), text: Type.String() });

export const OutputMessage = Type.Object({
  id: Type.String(),
  type: Type.Literal("message"),
  status,
  role: Type.Literal("assistant"),
  content: Type.Array(OutputText),
});

export const ReasoningItem = Type.Object({
  id: Type.String(),
  type: Type.Literal("reasoning"),
  status,
  summary: Type.Array(SummaryText, { description: "The reasoning, where `reasoning.summary` was asked for" }),
  content: Type.Optional(
    Type.Array(ReasoningText, { description: "The reasoning, where no summary was asked for" }),
  ),
  encrypted_content: Type.Optional(
    Type.String({ description: "The same, for `reasoning.encrypted_content`" }),
  ),
});

const called = { call_id: Type.String(), name: Type.String(), namespace: Type.Optional(Type.String()) };

export const FunctionCallItem = Type.Object({
  id: Type.String(),
  type: Type.Literal("function_call"),
  status,
  ...called,
  arguments: Type.String({ description: "A JSON object as text" }),
});

export const CustomCallItem = Type.Object({
  id: Type.String(),
  type: Type.Literal("custom_tool_call"),
  status,
  ...called,
  input: Type.String(),
});

export const OutputItem = Type.Union([OutputMessage, ReasoningItem, FunctionCallItem, CustomCallItem]);

export type ItemStatus = Static<typeof status>;
export type OutputText = Static<typeof OutputText>;
export type OutputMessage = Static<typeof OutputMessage>;
export type ReasoningItem = Static<typeof ReasoningItem>;
export type FunctionCallItem = Static<typeof FunctionCallItem>;
export type CustomCallItem = Static<typeof CustomCallItem>;
export type OutputItem = Static<typeof OutputItem>;
