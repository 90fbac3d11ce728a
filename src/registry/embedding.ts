import { type Static, type TSchema, Type } from "@sinclair/typebox";

const prompt = (whose: string) =>
  Type.Optional(Type.String({ description: `a text that stands before each ${whose}` }));
const poolings = ["cls", "mean", "max", "mean_sqrt_len_tokens", "lasttoken"] as const;

/** How a model makes embeddings, instead of what its files state. */
export const EmbeddingEntry = Type.Object(
  {
    pooling: Type.Optional(
      Type.Union(
        poolings.map((way) => Type.Literal(way)),
        { description: `one of ${poolings.join(", ")}` },
      ),
    ),
    normalize: Type.Optional(Type.Boolean({ description: "true or false" })),
    query_prompt: prompt("query"),
    document_prompt: prompt("document"),
    dimensions: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), {
        minItems: 1,
        description: "a list of lengths such as [256,512]",
      }),
    ),
  },
  { additionalProperties: false, description: "an object of how embeddings are made" },
);
export type EmbeddingEntry = Static<typeof EmbeddingEntry>;

const schemas = new Map<string, TSchema>(Object.entries(EmbeddingEntry.properties));

export const embeddingNames: readonly string[] = [...schemas.keys()];

/** What the value may be; undefined: there is no such value. */
export function embeddingSchema(name: string): TSchema | undefined {
  return schemas.get(name);
}
