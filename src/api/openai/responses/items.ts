import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";

/**
 * The items of POST /v1/responses (OpenAI API reference, "Create a model response": `input`). One lenient shape for all
 * kinds: clients leave out `type`, send ids or none, null for absent, and items that they got from a server back as they
 * came. to-turns.ts reads what each kind means.
 */
export const ItemPart = Type.Object(
  {
    type: Type.String({
      description: "`input_text`, `input_image`, `output_text`, `refusal`, `summary_text`, `reasoning_text`",
    }),
    text: nullable(Type.String()),
    refusal: nullable(Type.String()),
    image_url: nullable(
      Type.String({
        description: "`data:image/…;base64,…`, or an address whose host OV_MEDIA_DOMAINS allows",
      }),
    ),
  },
  { additionalProperties: true },
);

const Parts = Type.Union([Type.String(), Type.Array(ItemPart), Type.Null()]);

export const InputItem = Type.Object(
  {
    type: nullable(
      Type.String({
        description:
          "`message` (the default where there is a role), `function_call`, `function_call_output`, `custom_tool_call`, `custom_tool_call_output`, `reasoning`, `item_reference`",
      }),
    ),
    id: nullable(Type.String()),
    status: nullable(Type.String()),
    role: nullable(Type.String({ description: "`user`, `assistant`, `system` or `developer`" })),
    content: Type.Optional(Parts),
    call_id: nullable(Type.String()),
    name: nullable(Type.String()),
    namespace: nullable(Type.String()),
    arguments: nullable(
      Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
        description: "JSON text, as OpenAI has it, or the object itself",
      }),
    ),
    input: nullable(Type.String({ description: "Of a custom tool" })),
    output: Type.Optional(Parts),
    summary: nullable(Type.Array(ItemPart)),
    encrypted_content: nullable(Type.String()),
  },
  { additionalProperties: true },
);

export type ItemPart = Static<typeof ItemPart>;
export type InputItem = Static<typeof InputItem>;

/** An item, and where it stood in the request. */
export interface PlacedItem {
  item: InputItem;
  at: string;
}

/** What an item is, also where it does not say so; null: nothing that is known. */
export function typeOfItem({ type, role, id }: InputItem): string | null {
  if (typeof type === "string") return type;
  if (typeof role === "string") return "message";
  return typeof id === "string" ? "item_reference" : null;
}
