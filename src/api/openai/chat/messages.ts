import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";

/**
 * The messages of POST /v1/chat/completions (OpenAI API reference, "Create chat completion"), with the
 * `reasoning_content` of DeepSeek, which vLLM names `reasoning`, the older `function_call` and role `function`, and the parts
 * that other APIs write into a history: Anthropic's and Mistral's `thinking`, `input_text` and `output_text` of the Responses
 * API. Lenient where clients are: keys that are not listed are ignored, null stands for absent.
 */
export const ContentPart = Type.Object(
  {
    type: Type.String({
      description:
        "`text`, `image_url`, `input_text`, `input_image`, `output_text`; of an assistant also `refusal` and `thinking`",
    }),
    text: Type.Optional(Type.String()),
    refusal: Type.Optional(Type.String()),
    image_url: nullable(
      Type.Union(
        [
          Type.String(),
          Type.Object(
            {
              url: Type.String({
                description: "`data:image/…;base64,…`, or an address whose host OV_MEDIA_DOMAINS allows",
              }),
            },
            { additionalProperties: true, description: "`detail` is ignored: the model has its own size" },
          ),
        ],
        { description: "The image, PNG, JPEG, WebP or GIF" },
      ),
    ),
    thinking: nullable(
      Type.Union([
        Type.String(),
        Type.Array(
          Type.Object(
            { type: nullable(Type.String()), text: nullable(Type.String()) },
            { additionalProperties: true },
          ),
        ),
      ]),
    ),
  },
  { additionalProperties: true },
);

const Content = Type.Union([Type.String(), Type.Array(ContentPart), Type.Null()]);

const CalledFunction = Type.Object(
  {
    name: Type.String(),
    arguments: nullable(
      Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
        description: "JSON text, as OpenAI has it, or the object itself",
      }),
    ),
  },
  { additionalProperties: true },
);

export const ToolCall = Type.Object(
  {
    id: nullable(Type.String()),
    type: nullable(Type.String({ description: "Only `function` is served" })),
    function: CalledFunction,
  },
  { additionalProperties: true },
);

export const ChatMessage = Type.Object(
  {
    role: Type.Union(
      ["system", "developer", "user", "assistant", "tool", "function"].map((role) => Type.Literal(role)),
      { description: "`developer` is taken as `system`, `function` as `tool`" },
    ),
    content: Type.Optional(Content),
    name: nullable(Type.String()),
    tool_calls: nullable(Type.Array(ToolCall)),
    tool_call_id: nullable(Type.String()),
    function_call: nullable(CalledFunction),
    reasoning_content: nullable(Type.String()),
    reasoning: nullable(Type.String({ description: "The same as `reasoning_content`" })),
    refusal: nullable(Type.String()),
    audio: Type.Optional(Type.Unknown({ description: "An answer that OpenAI spoke and keeps; not served" })),
  },
  { additionalProperties: true },
);

export type ContentPart = Static<typeof ContentPart>;
export type ToolCall = Static<typeof ToolCall>;
export type ChatMessage = Static<typeof ChatMessage>;
