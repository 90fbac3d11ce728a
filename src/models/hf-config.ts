import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { readTextFile } from "../files.ts";

/** Far more than any model has: a file that states more must not cost more memory than there is. */
const mostSize = 1_000_000;
const size = Type.Optional(Type.Integer({ minimum: 1, maximum: mostSize }));
const sizes = {
  hidden_size: size,
  intermediate_size: size,
  moe_intermediate_size: size,
  n_embd: size,
  num_hidden_layers: size,
  n_layer: size,
  n_inner: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: mostSize }), Type.Null()])),
};

/** The keys of a Hugging Face config.json that the converter looks at. */
export const HfConfig = Type.Object({
  architectures: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
  model_type: Type.Optional(Type.String()),
  /** Names Python files of the model's own. */
  auto_map: Type.Optional(Type.Unknown()),
  quantization_config: Type.Optional(
    Type.Object({ quant_method: Type.Optional(Type.String()) }, { additionalProperties: true }),
  ),
  /** How mlx-lm states that it quantized the weights. */
  quantization: Type.Optional(Type.Object({}, { additionalProperties: true })),
  ...sizes,
  text_config: Type.Optional(Type.Object(sizes)),
});
export type HfConfig = Static<typeof HfConfig>;

/** A JSON file's content when it is there and fits; else null. */
export function readJsonFile<Schema extends TSchema>(path: string, schema: Schema): Static<Schema> | null {
  try {
    const content: unknown = JSON.parse(readTextFile(path));
    return Value.Check(schema, content) ? content : null;
  } catch {
    return null;
  }
}

/** The widths of the weight matrices, which a quantization group must divide. */
export function toWidths(config: HfConfig): number[] {
  const all = [config, config.text_config ?? {}].flatMap((part) => [
    part.hidden_size,
    part.intermediate_size,
    part.moe_intermediate_size,
    part.n_embd,
    part.n_inner,
  ]);
  return [...new Set(all.filter((width): width is number => typeof width === "number"))];
}
