import { type Static, type TSchema, Type } from "@sinclair/typebox";

const number = (minimum: number, maximum: number) =>
  Type.Optional(Type.Number({ minimum, maximum, description: `a number from ${minimum} to ${maximum}` }));
const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** The defaults for what a model's requests leave out, with the names and bounds of the API. */
export const ModelDefaults = Type.Object(
  {
    temperature: number(0, 2),
    top_p: number(0, 1),
    top_k: Type.Optional(
      Type.Integer({
        minimum: -1,
        maximum: 2_147_483_647,
        description: "a whole number; -1 or 0: all tokens",
      }),
    ),
    min_p: number(0, 1),
    presence_penalty: number(-2, 2),
    frequency_penalty: number(-2, 2),
    repetition_penalty: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 10, description: "a number above 0, up to 10" }),
    ),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "a whole number from 0 to 2^53 - 1",
      }),
    ),
    max_tokens: Type.Optional(Type.Integer({ minimum: 1, description: "a whole number, 1 or more" })),
    stop: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
        minItems: 1,
        maxItems: 16,
        description: 'a list of texts such as ["END"]',
      }),
    ),
    reasoning_effort: text("a word that the model's chat template knows, or none"),
    system: text("a text"),
  },
  { additionalProperties: false, description: "an object of defaults" },
);
export type ModelDefaults = Static<typeof ModelDefaults>;

const schemas = new Map<string, TSchema>(Object.entries(ModelDefaults.properties));

export const defaultNames: readonly string[] = [...schemas.keys()];

/** What the default may be; undefined: there is no such default. */
export function defaultSchema(name: string): TSchema | undefined {
  return schemas.get(name);
}
