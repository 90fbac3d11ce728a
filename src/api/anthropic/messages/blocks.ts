import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";

/**
 * The content blocks of a request (Anthropic API reference, "Create a Message"): one shape for all types, since clients
 * send types that are newer than this list. `cache_control`, `citations` and whatever else comes is ignored.
 */
const text = nullable(Type.String());

/** What a search result or a document holds. */
const InnerSource = Type.Object(
  { type: Type.String(), data: text, media_type: text, url: text },
  { additionalProperties: true },
);
const InnerBlock = Type.Object(
  { type: Type.String(), text, source: nullable(Type.Union([InnerSource, Type.String()])) },
  { additionalProperties: true },
);

const Source = Type.Object(
  {
    type: Type.String({
      description: "Of images, `base64` and `url` are served, of documents `text` and `content`",
    }),
    data: text,
    media_type: text,
    url: nullable(Type.String({ description: "Its host must be allowed by OV_MEDIA_DOMAINS" })),
    content: nullable(Type.Union([Type.String(), Type.Array(InnerBlock)])),
  },
  { additionalProperties: true },
);

const content = {
  type: Type.String(),
  text,
  title: text,
  source: nullable(Type.Union([Source, Type.String()])),
  tool_name: text,
};

/** What a message, or the result of a tool, is made of. */
export const ContentBlock = Type.Object(
  { ...content, content: nullable(Type.Union([Type.String(), Type.Array(InnerBlock)])) },
  { additionalProperties: true },
);

export const MessageBlock = Type.Object(
  {
    ...content,
    type: Type.String({
      description:
        "`text`, `tool_use`, `tool_result`, `thinking`, `document` and `search_result`; others are skipped",
    }),
    content: nullable(
      Type.Union([
        Type.String(),
        Type.Array(ContentBlock),
        Type.Object({}, { additionalProperties: true, description: "Of the server tools' own results" }),
      ]),
    ),
    id: text,
    name: text,
    input: Type.Optional(Type.Unknown({ description: "The arguments of a call, an object" })),
    tool_use_id: text,
    is_error: nullable(Type.Boolean()),
    thinking: text,
    signature: text,
  },
  { additionalProperties: true },
);

export type InnerBlock = Static<typeof InnerBlock>;
export type ContentBlock = Static<typeof ContentBlock>;
export type MessageBlock = Static<typeof MessageBlock>;

export const Message = Type.Object(
  {
    role: Type.String({
      description: "`user`, `assistant` or `system`; `developer` is taken as `system`, any other as `user`",
    }),
    content: nullable(Type.Union([Type.String(), Type.Array(MessageBlock)])),
  },
  { additionalProperties: true },
);
export type Message = Static<typeof Message>;
