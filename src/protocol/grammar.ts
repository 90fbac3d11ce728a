import { type Static, type TSchema, Type } from "@sinclair/typebox";

/** `begin`, the content, `end`. */
const Tag = <Content extends TSchema>(content: Content) =>
  Type.Object({ type: Type.Literal("tag"), begin: Type.String(), content, end: Type.String() });

/**
 * What the engine enforces while it answers, as a tree: the structural tags of OpenVINO GenAI
 * (StructuredOutputConfig) under the names of XGrammar's documentation.
 */
export const Grammar = Type.Recursive((Self) => {
  const tags = Type.Array(Tag(Self), { minItems: 1 });
  const rules = { at_least_one: Type.Boolean(), stop_after_first: Type.Boolean() };
  const elements = Type.Array(Self, { minItems: 1 });
  return Type.Union([
    Type.Object({ type: Type.Literal("regex"), pattern: Type.String() }),
    /** GBNF-like EBNF with a rule named `root`. */
    Type.Object({ type: Type.Literal("ebnf"), grammar: Type.String() }),
    Type.Object({ type: Type.Literal("const"), text: Type.String() }),
    /** Any text; within a tag up to the tag's end. */
    Type.Object({ type: Type.Literal("any_text") }),
    Type.Object({ type: Type.Literal("concat"), elements }),
    Type.Object({ type: Type.Literal("union"), elements }),
    Tag(Self),
    /** Free text in which a trigger must continue as one of the tags that start with it. */
    Type.Object({
      type: Type.Literal("triggered_tags"),
      triggers: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
      tags,
      ...rules,
    }),
    /** Tags and nothing else, separated by the separator. */
    Type.Object({ type: Type.Literal("tags_with_separator"), separator: Type.String(), tags, ...rules }),
  ]);
});
export type Grammar = Static<typeof Grammar>;
export type TagGrammar = Extract<Grammar, { type: "tag" }>;
