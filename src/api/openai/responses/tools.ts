import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";

/**
 * The tools of POST /v1/responses (OpenAI API reference, "Create a model response": `tools`, `tool_choice`). One lenient
 * shape for all kinds: what OpenAI runs itself has fields of its own, which nobody needs here.
 */
const unchecked = {
  type: Type.String({ description: "`function`, `custom` or `namespace`; others are skipped" }),
  name: nullable(Type.String()),
  description: nullable(Type.String()),
  parameters: nullable(
    Type.Record(Type.String(), Type.Unknown(), { description: "JSON Schema of the arguments" }),
  ),
  strict: nullable(Type.Boolean()),
  format: nullable(
    Type.Object(
      {
        type: Type.String({ description: "`text` or `grammar`" }),
        syntax: nullable(Type.String({ description: "Only `regex` is served" })),
        definition: nullable(Type.String()),
      },
      { additionalProperties: true, description: "Of a custom tool" },
    ),
  ),
};

export const NestedTool = Type.Object(unchecked, { additionalProperties: true });

export const ResponseTool = Type.Object(
  { ...unchecked, tools: nullable(Type.Array(NestedTool, { maxItems: 128, description: "Of a namespace" })) },
  { additionalProperties: true },
);

const named = {
  name: nullable(Type.String()),
  namespace: nullable(Type.String()),
};

export const ResponseToolChoice = Type.Union([
  Type.Union([Type.Literal("none"), Type.Literal("auto"), Type.Literal("required")]),
  Type.Object(
    {
      type: Type.String({ description: "`function`, `custom` or `allowed_tools`" }),
      ...named,
      mode: nullable(Type.Union([Type.Literal("auto"), Type.Literal("required")])),
      tools: nullable(
        Type.Array(Type.Object({ type: nullable(Type.String()), ...named }, { additionalProperties: true })),
      ),
    },
    { additionalProperties: true },
  ),
]);

export type NestedTool = Static<typeof NestedTool>;
export type ResponseTool = Static<typeof ResponseTool>;
export type ResponseToolChoice = Static<typeof ResponseToolChoice>;
