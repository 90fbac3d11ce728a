import { type Static, Type } from "@sinclair/typebox";

/**
 * What the whole answer must look like: `response_format` of the OpenAI API reference, "Create chat completion", and
 * `structured_outputs` of vLLM. The parts are checked where they become a grammar, so that errors name the place.
 */
export const ResponseFormat = Type.Object(
  {
    type: Type.String({ description: "`text`, `json_object` or `json_schema`" }),
    json_schema: Type.Optional(Type.Unknown({ description: "`{name, schema, strict, description}`" })),
  },
  { additionalProperties: true },
);

export const StructuredOutputs = Type.Object(
  {
    json: Type.Optional(Type.Unknown({ description: "A JSON Schema, or one as text" })),
    regex: Type.Optional(Type.Unknown({ description: "A regular expression for the whole answer" })),
    choice: Type.Optional(Type.Unknown({ description: "A list of texts, one of which is the answer" })),
    grammar: Type.Optional(Type.Unknown({ description: "EBNF with a rule `root`" })),
    json_object: Type.Optional(Type.Unknown({ description: "true for any JSON object" })),
  },
  { additionalProperties: true },
);

export type ResponseFormat = Static<typeof ResponseFormat>;
export type StructuredOutputs = Static<typeof StructuredOutputs> & Record<string, unknown>;
