import type { HfConfig } from "./hf-config.ts";

const original = "fetch the original model, in 16 bits";
const gguf = "fetch the original model, or a .gguf file of it in Q4_K_M or Q8_0";

/** By the names that transformers has for its methods (`quant_method` of `quantization_config`), and what to fetch instead. */
const methods: ReadonlyMap<string, readonly [name: string, next: string]> = new Map([
  ["gptq", ["GPTQ", original]],
  ["awq", ["AWQ", original]],
  ["aqlm", ["AQLM", original]],
  ["auto-round", ["AutoRound", original]],
  ["intel/auto-round", ["AutoRound", original]],
  ["exl2", ["EXL2", gguf]],
  ["exl3", ["EXL3", gguf]],
  ["bitsandbytes", ["bitsandbytes", original]],
  ["compressed-tensors", ["compressed-tensors", original]],
  ["mlx", ["MLX", gguf]],
]);

/** What the exporter turns into 16 bits by itself: gpt-oss is published so. */
const readable: readonly string[] = ["mxfp4"];

/** How the weights of a Hugging Face folder are quantized already, as transformers names it; null: they are not. */
export function findQuantization(config: HfConfig): string | null {
  if (config.quantization_config !== undefined) {
    const { quant_method: method } = config.quantization_config;
    return method ?? (config.quantization === undefined ? "unknown" : "mlx");
  }
  // Of mlx-lm alone.
  return config.quantization === undefined ? null : "mlx";
}

/** Why the exporter cannot read weights in that form, and what to fetch instead, as a clause; null: it can. */
export function findQuantizationProblem(method: string | null): string | null {
  if (method === null || readable.includes(method)) return null;
  const [name, next] = methods.get(method) ?? [method, original];
  return `its weights are quantized already (${name}), which the exporter cannot read: ${next}`;
}
