/** A chat model of random weights that a test makes; see make_tiny.py. */
export interface TinyModel {
  /** `model_type` of config.json. */
  type: string;
  /** Which tokenizer it has: SmolLM2's, of whole characters in bytes, or Llama 2's, with `<unk>` and tokens of single bytes. */
  tokenizer: "smollm2" | "llama2";
}

/** By its name, which picks it: `bun run test:models llama mistral-llama2`. */
export const tinyModels: Readonly<Record<string, TinyModel>> = {
  llama: { type: "llama", tokenizer: "smollm2" },
  qwen2: { type: "qwen2", tokenizer: "smollm2" },
  qwen3: { type: "qwen3", tokenizer: "smollm2" },
  "qwen3-moe": { type: "qwen3_moe", tokenizer: "smollm2" },
  mistral: { type: "mistral", tokenizer: "smollm2" },
  "mistral-llama2": { type: "mistral", tokenizer: "llama2" },
  mixtral: { type: "mixtral", tokenizer: "smollm2" },
  phi3: { type: "phi3", tokenizer: "smollm2" },
  "phi3-llama2": { type: "phi3", tokenizer: "llama2" },
  smollm3: { type: "smollm3", tokenizer: "smollm2" },
  granite: { type: "granite", tokenizer: "smollm2" },
  olmo2: { type: "olmo2", tokenizer: "smollm2" },
  "gpt-oss": { type: "gpt_oss", tokenizer: "smollm2" },
};

/** The word that picks the models of encoders.test.ts, which embed and rank. */
export const encoders = "encoders";
