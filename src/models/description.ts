import { type Static, Type } from "@sinclair/typebox";
import { type ErrorFacts, OvError } from "../errors.ts";
import type { EmbeddingFacts } from "./embedding.ts";
import type { Manifest } from "./manifest.ts";

/** The keys of Hugging Face's generation_config.json that set defaults for a request. */
export const GenerationDefaults = Type.Partial(
  Type.Object({
    do_sample: Type.Boolean(),
    temperature: Type.Number({ minimum: 0 }),
    top_p: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
    top_k: Type.Integer({ minimum: 0 }),
    min_p: Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
    repetition_penalty: Type.Number({ exclusiveMinimum: 0 }),
  }),
);
export type GenerationDefaults = Static<typeof GenerationDefaults>;

export interface ModelDescription {
  /** `ir`: a folder with OpenVINO's intermediate representation; `gguf`: one file. */
  form: "ir" | "gguf";
  path: string;
  /** What its folder or file is called, without what the converter or the format adds. */
  label: string;
  /** What it was converted from; null: ov-llm did not convert it. */
  manifest: Manifest | null;
  /** What it does, see tasks.ts; null: its files do not show it. */
  task: string | null;
  /** Such as `int8` or `q4_k_m`; `unknown`. */
  weightFormat: string;
  weightsBytes: number;
  /** Such as `llama`, as config.json or the .gguf file calls it; null: they do not say. */
  architecture: string | null;
  /** Jinja; null: its files have none, although the engine may find one in its tokenizer. */
  chatTemplate: string | null;
  /** In tokens, as the model's own files say; null: they do not. */
  contextLength: number | null;
  defaults: GenerationDefaults;
  /** null: it makes no embeddings. */
  embedding: EmbeddingFacts | null;
  /** How many labels it gives a text; null: none, or its network does not state it. */
  labels: number | null;
}

/** Its `why` is a clause about the path. */
export function invalidPath(path: string, facts: Omit<ErrorFacts, "what">, cause?: unknown): OvError {
  const what = `Cannot use the model at ${JSON.stringify(path)}`;
  return new OvError("model_path_invalid", { what, ...facts }, { cause });
}
