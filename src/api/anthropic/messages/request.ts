import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";
import { ContentBlock, Message } from "./blocks.ts";

/** A tool of the client's own, or one that Anthropic's server runs: that has a `type` and no `input_schema`. */
export const Tool = Type.Object(
  {
    type: nullable(Type.String({ description: "Only `custom` is served; others are skipped" })),
    name: nullable(Type.String({ pattern: "^[a-zA-Z0-9_.-]{1,128}$" })),
    description: nullable(Type.String()),
    input_schema: nullable(
      Type.Record(Type.String(), Type.Unknown(), { description: "JSON Schema of the arguments" }),
    ),
    strict: nullable(Type.Boolean()),
    defer_loading: nullable(
      Type.Boolean({ description: "The model sees it once a `tool_reference` has named it" }),
    ),
  },
  { additionalProperties: true },
);

export const ToolChoice = Type.Object(
  {
    type: Type.Union([Type.Literal("auto"), Type.Literal("any"), Type.Literal("tool"), Type.Literal("none")]),
    name: nullable(Type.String()),
    disable_parallel_tool_use: nullable(Type.Boolean()),
  },
  { additionalProperties: true },
);

const Thinking = Type.Object(
  {
    type: Type.String({
      description: "`disabled` turns thinking off where that is possible; any other turns it on",
    }),
    budget_tokens: nullable(
      Type.Integer({ minimum: 0, description: "With `enabled`: then the thought is closed" }),
    ),
    display: nullable(Type.String({ description: "`omitted`: thinking comes as a signature alone" })),
  },
  { additionalProperties: true },
);

const Format = Type.Object(
  {
    type: Type.String({ description: "Only `json_schema` is served" }),
    schema: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: true },
);

const prompt = {
  model: nullable(Type.String({ description: "A name or alias of the registry" })),
  messages: Type.Array(Message, { minItems: 1 }),
  system: nullable(Type.Union([Type.String(), Type.Array(ContentBlock)])),
  tools: nullable(Type.Array(Tool, { maxItems: 1024 })),
  tool_choice: nullable(ToolChoice),
  thinking: nullable(Thinking),
  output_config: nullable(
    Type.Object(
      { effort: nullable(Type.String()), format: nullable(Format) },
      { additionalProperties: true },
    ),
  ),
  output_format: nullable(Format),
  thread: Type.Optional(Type.Unknown({ description: "Only null is served: send the whole conversation" })),
  compaction: Type.Optional(Type.Unknown({ description: "Only null is served" })),
};

/** Body of POST /v1/messages/count_tokens; unknown fields are ignored, and null stands for absent. */
export const CountTokensRequest = Type.Object(prompt, { additionalProperties: true });

/** Body of POST /v1/messages (Anthropic API reference, "Create a Message"), as lenient. */
export const MessagesRequest = Type.Object(
  {
    ...prompt,
    max_tokens: nullable(Type.Integer({ minimum: 1, description: "Lowered to what the context leaves" })),
    stream: nullable(Type.Boolean()),
    stop_sequences: nullable(Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { maxItems: 64 })),
    temperature: nullable(Type.Number({ minimum: 0, maximum: 2 })),
    top_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    top_k: nullable(
      Type.Integer({ minimum: -1, maximum: 2_147_483_647, description: "-1 or 0: all tokens" }),
    ),
  },
  { additionalProperties: true },
);

export type Tool = Static<typeof Tool>;
export type ToolChoice = Static<typeof ToolChoice>;
export type CountTokensRequest = Static<typeof CountTokensRequest>;
export type MessagesRequest = Static<typeof MessagesRequest>;
