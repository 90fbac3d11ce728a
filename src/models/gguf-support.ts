import type { ErrorFacts } from "../errors.ts";

/** What of a .gguf file decides whether OpenVINO GenAI reads it. */
export interface GgufContent {
  /** `general.architecture`; null: it does not say. */
  architecture: string | null;
  /** `<architecture>.expert_count`; 0: it has no experts. */
  experts: number;
  /** `tokenizer.ggml.model`; null: it does not say. */
  tokenizer: string | null;
  /** The types of its tensors, by their numbers in ggml.h. */
  types: ReadonlySet<number>;
}

/** The quantizations that the engine reads (tried with OpenVINO GenAI 2026.4.1), best first for a small loss. */
export const readableQuants = ["Q4_K_M", "Q4_0", "Q4_1", "Q6_K", "Q8_0", "F16"] as const;

/** Tried with OpenVINO GenAI 2026.4.1: others fail at the load. */
const architectures: readonly string[] = ["llama", "qwen2", "qwen3"];

/** The one that the engine can rebuild (openvino.genai, gguf_tokenizer.cpp): byte pairs. Llama 2's and Mistral 7B's are "llama". */
const tokenizer = "gpt2";

/** ggml.h, `enum ggml_type`. */
const typeNames: ReadonlyMap<number, string> = new Map([
  [0, "F32"],
  [1, "F16"],
  [2, "Q4_0"],
  [3, "Q4_1"],
  [6, "Q5_0"],
  [7, "Q5_1"],
  [8, "Q8_0"],
  [9, "Q8_1"],
  [10, "Q2_K"],
  [11, "Q3_K"],
  [12, "Q4_K"],
  [13, "Q5_K"],
  [14, "Q6_K"],
  [15, "Q8_K"],
  [16, "IQ2_XXS"],
  [17, "IQ2_XS"],
  [18, "IQ3_XXS"],
  [19, "IQ1_S"],
  [20, "IQ4_NL"],
  [21, "IQ3_S"],
  [22, "IQ2_S"],
  [23, "IQ4_XS"],
  [29, "IQ1_M"],
  [30, "BF16"],
  [34, "TQ1_0"],
  [35, "TQ2_0"],
  [39, "MXFP4"],
]);
const types: readonly string[] = ["F32", "F16", "Q4_0", "Q4_1", "Q8_0", "Q4_K", "Q6_K"];

/** Why the engine cannot read a .gguf file of a language model, and what to fetch instead; null: it can. */
export function findGgufProblem(content: GgufContent): Required<Pick<ErrorFacts, "why" | "next">> | null {
  const { architecture, experts } = content;
  const weights = "Fetch its original weights instead, and convert them with `ov-llm convert`.";
  if (architecture === null) return { why: "it does not state its architecture", next: weights };
  if (!architectures.includes(architecture)) {
    const why = `the engine reads no .gguf files of the architecture "${architecture}", only of ${architectures.join(", ")}`;
    return { why, next: weights };
  }
  if (experts > 0)
    return { why: "the engine reads no .gguf files of mixture-of-experts models", next: weights };
  if (content.tokenizer !== null && content.tokenizer !== tokenizer) {
    const kinds = `of the kind "${content.tokenizer}", only of "${tokenizer}"`;
    return { why: `the engine reads no .gguf files with a tokenizer ${kinds}`, next: weights };
  }
  const unread = [...content.types]
    .map((type) => typeNames.get(type) ?? `type ${type}`)
    .filter((name) => !types.includes(name));
  if (unread.length === 0) return null;
  const next = `Fetch it as ${readableQuants.slice(0, -1).join(", ")} or ${readableQuants.at(-1)}.`;
  return { why: `the engine cannot read its weights in ${unread.join(" and ")}`, next };
}
