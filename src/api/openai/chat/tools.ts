import { type Static, Type } from "@sinclair/typebox";
import { nullable } from "../../nullable.ts";

/**
 * A request's tools (OpenAI API reference, "Create chat completion": `tools`, `tool_choice`, and the older
 * `functions`, `function_call`). Lenient as all requests are; generate/tools/choice.ts checks what they mean.
 */
const name = Type.String({ pattern: "^[a-zA-Z0-9_.-]{1,128}$" });

export const FunctionTool = Type.Object(
  {
    name,
    description: nullable(Type.String()),
    parameters: nullable(
      Type.Record(Type.String(), Type.Unknown(), { description: "JSON Schema of the arguments" }),
    ),
    strict: nullable(Type.Boolean()),
  },
  { additionalProperties: true },
);

/** Tools of other types are skipped or refused by what they are: see `readTools`. */
export const Tool = Type.Object(
  {
    type: nullable(Type.String({ description: "Only `function` is served" })),
    function: nullable(FunctionTool),
  },
  { additionalProperties: true },
);

const named = Type.Object({ name: Type.String() }, { additionalProperties: true });
const mode = Type.Union([Type.Literal("none"), Type.Literal("auto"), Type.Literal("required")]);

export const ToolChoice = Type.Union([
  mode,
  Type.Object({ type: Type.Literal("function"), function: named }, { additionalProperties: true }),
  Type.Object(
    {
      type: Type.Literal("allowed_tools"),
      allowed_tools: Type.Object(
        {
          mode: Type.Union([Type.Literal("auto"), Type.Literal("required")]),
          tools: Type.Array(
            Type.Object(
              { type: nullable(Type.String()), function: nullable(named) },
              { additionalProperties: true },
            ),
          ),
        },
        { additionalProperties: true },
      ),
    },
    { additionalProperties: true },
  ),
  Type.Object(
    { type: Type.String({ description: "One of OpenAI's own tools; none is served" }) },
    { additionalProperties: true },
  ),
]);

/** The older way to ask for tool calls. */
export const FunctionChoice = Type.Union([Type.Literal("none"), Type.Literal("auto"), named]);

export type Tool = Static<typeof Tool>;
export type FunctionTool = Static<typeof FunctionTool>;
export type ToolChoice = Static<typeof ToolChoice>;
export type FunctionChoice = Static<typeof FunctionChoice>;
