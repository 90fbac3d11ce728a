import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readJsonFile } from "./hf-config.ts";

const Scaling = Type.Object({
  factor: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.Null()])),
  original_max_position_embeddings: Type.Optional(Type.Union([Type.Number({ minimum: 0 }), Type.Null()])),
});
const scaling = Type.Optional(Type.Union([Scaling, Type.Null()]));
const scalings = { rope_scaling: scaling, rope_parameters: scaling };
const RopeConfig = Type.Object({ ...scalings, text_config: Type.Optional(Type.Object(scalings)) });

/**
 * The context that a model reaches by the scaling of its positions (`rope_scaling` of config.json, as YaRN's), in tokens; `own` is
 * what its files state, which may leave that scaling out (Qwen's model cards).
 */
export function toScaledContext(path: string, own: number): number {
  const config = readJsonFile(join(path, "config.json"), RopeConfig);
  const { rope_scaling, rope_parameters } = { ...config?.text_config, ...config };
  const { factor, original_max_position_embeddings: original } = rope_scaling ?? rope_parameters ?? {};
  return Math.max(own, (original ?? own) * (factor ?? 1));
}
