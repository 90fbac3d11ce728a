import { type Static, type TProperties, Type } from "@sinclair/typebox";
import { orNull } from "../../nullable.ts";
import { TokenLogprobs } from "../chat/logprobs.ts";
import { OutputItem, OutputText, ReasoningText, SummaryText } from "./output-items.ts";
import { Response } from "./response.ts";

/** The events of a streamed response (OpenAI API reference, "Responses streaming events"), as this server sends them. */
const event = <Name extends string, Properties extends TProperties>(name: Name, properties: Properties) =>
  Type.Object({
    type: Type.Literal(name),
    sequence_number: Type.Integer({ minimum: 0, description: "Counts the events of the response from 0" }),
    ...properties,
  });

const ofItem = { item_id: Type.String(), output_index: Type.Integer({ minimum: 0 }) };
const ofContent = { ...ofItem, content_index: Type.Literal(0) };
const ofSummary = { ...ofItem, summary_index: Type.Literal(0) };
const text = Type.String();
const part = Type.Union([OutputText, ReasoningText]);
const whole = { response: Response };

export const ResponseEvent = Type.Union([
  event("response.created", whole),
  event("response.in_progress", whole),
  event("response.completed", whole),
  event("response.incomplete", whole),
  event("response.failed", whole),
  event("response.output_item.added", { output_index: ofItem.output_index, item: OutputItem }),
  event("response.output_item.done", { output_index: ofItem.output_index, item: OutputItem }),
  event("response.content_part.added", { ...ofContent, part }),
  event("response.content_part.done", { ...ofContent, part }),
  event("response.output_text.delta", { ...ofContent, delta: text, logprobs: TokenLogprobs }),
  event("response.output_text.done", { ...ofContent, text, logprobs: TokenLogprobs }),
  event("response.reasoning_text.delta", { ...ofContent, delta: text }),
  event("response.reasoning_text.done", { ...ofContent, text }),
  event("response.reasoning_summary_part.added", { ...ofSummary, part: SummaryText }),
  event("response.reasoning_summary_part.done", { ...ofSummary, part: SummaryText }),
  event("response.reasoning_summary_text.delta", { ...ofSummary, delta: text }),
  event("response.reasoning_summary_text.done", { ...ofSummary, text }),
  event("response.function_call_arguments.delta", { ...ofItem, delta: text }),
  event("response.function_call_arguments.done", { ...ofItem, name: text, arguments: text }),
  event("response.custom_tool_call_input.delta", { ...ofItem, delta: text }),
  event("response.custom_tool_call_input.done", { ...ofItem, input: text }),
  /** The response failed before its `response.created`, and after the status had been sent. */
  event("error", { code: orNull(text), message: text, param: orNull(text) }),
]);
export type ResponseEvent = Static<typeof ResponseEvent>;

/** An event on the wire; in the form of OpenAPI 3.2, as chat's. */
export const ResponseStream = Type.Object({
  event: Type.String({ description: "The `type` of the data" }),
  data: Type.String({ contentMediaType: "application/json", contentSchema: ResponseEvent }),
});
