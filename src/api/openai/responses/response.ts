import { type Static, Type } from "@sinclair/typebox";
import { orNull } from "../../nullable.ts";
import { InputItem } from "./items.ts";
import { OutputItem } from "./output-items.ts";

/** Answers of /v1/responses (OpenAI API reference, "The response object"). What was asked is repeated in it. */
const count = Type.Integer({ minimum: 0 });
const seconds = Type.Integer({ description: "Unix time in seconds" });

export const ResponseUsage = Type.Object({
  input_tokens: count,
  input_tokens_details: Type.Object({
    cached_tokens: Type.Integer({ minimum: 0, description: "Input tokens that the prefix cache held" }),
    cache_write_tokens: Type.Literal(0),
  }),
  output_tokens: count,
  output_tokens_details: Type.Object({ reasoning_tokens: count }),
  total_tokens: count,
});

export const ResponseStatus = Type.Union([
  Type.Literal("in_progress"),
  Type.Literal("completed"),
  Type.Literal("incomplete"),
  Type.Literal("failed"),
  Type.Literal("cancelled"),
]);

export const Response = Type.Object({
  id: Type.String(),
  object: Type.Literal("response"),
  created_at: seconds,
  completed_at: orNull(seconds),
  status: ResponseStatus,
  error: orNull(
    Type.Object({
      code: Type.Union([
        Type.Literal("server_error"),
        Type.Literal("rate_limit_exceeded"),
        Type.Literal("invalid_prompt"),
      ]),
      message: Type.String(),
    }),
  ),
  incomplete_details: orNull(Type.Object({ reason: Type.Literal("max_output_tokens") })),
  model: Type.String({ description: "The registered name of the model that answered" }),
  output: Type.Array(OutputItem),
  usage: Type.Optional(ResponseUsage),
  instructions: orNull(Type.String()),
  previous_response_id: orNull(Type.String()),
  tools: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true })),
  tool_choice: Type.Union([
    Type.String(),
    Type.Object({ type: Type.String() }, { additionalProperties: true }),
  ]),
  parallel_tool_calls: Type.Boolean(),
  max_output_tokens: orNull(Type.Integer()),
  max_tool_calls: orNull(Type.Integer()),
  temperature: orNull(Type.Number({ description: "null: as the model recommends" })),
  top_p: orNull(Type.Number()),
  top_logprobs: Type.Literal(0),
  text: Type.Object({
    format: Type.Object({ type: Type.String() }, { additionalProperties: true }),
    verbosity: orNull(Type.String()),
  }),
  reasoning: Type.Object({ effort: orNull(Type.String()), summary: orNull(Type.String()) }),
  truncation: Type.Union([Type.Literal("auto"), Type.Literal("disabled")]),
  metadata: Type.Record(Type.String(), Type.String()),
  store: Type.Boolean({ description: "Whether it is kept for later requests" }),
  background: Type.Literal(false),
  service_tier: Type.Literal("default"),
  prompt_cache_key: orNull(Type.String()),
  safety_identifier: orNull(Type.String()),
  user: Type.Optional(Type.String()),
  access_programs: Type.Null(),
});

/** An item of the input as it is kept: with an id, and a message's text as its parts. */
export const StoredItem = Type.Intersect([
  InputItem,
  Type.Object({ id: Type.String(), type: Type.String() }),
]);

export const ItemList = Type.Object({
  object: Type.Literal("list"),
  data: Type.Array(StoredItem),
  first_id: orNull(Type.String()),
  last_id: orNull(Type.String()),
  has_more: Type.Boolean(),
});

export const ResponseQuery = Type.Object(
  { stream: Type.Optional(Type.String({ description: "Only `false` is served" })) },
  { additionalProperties: true },
);

export const ItemListQuery = Type.Object(
  {
    order: Type.Optional(
      Type.Union([Type.Literal("asc"), Type.Literal("desc")], { description: "Default: desc" }),
    ),
    limit: Type.Optional(
      Type.String({ pattern: "^([1-9][0-9]?|100)$", description: "1 to 100. Default: 20" }),
    ),
    after: Type.Optional(Type.String({ description: "The id of the item behind which the list starts" })),
  },
  { additionalProperties: true },
);

export const Deletion = Type.Object({
  id: Type.String(),
  object: Type.Literal("response"),
  deleted: Type.Literal(true),
});

export const InputTokens = Type.Object({
  object: Type.Literal("response.input_tokens"),
  input_tokens: count,
});

export type ResponseUsage = Static<typeof ResponseUsage>;
export type Response = Static<typeof Response>;
export type StoredItem = Static<typeof StoredItem>;
export type ItemList = Static<typeof ItemList>;
export type Deletion = Static<typeof Deletion>;
export type InputTokens = Static<typeof InputTokens>;
