/**
 * The parts of openvino-genai-node and openvino-node that are used, as types/*.d.ts of both packages (2026.4.0)
 * have them. Our own, because the packages are not there when this is built.
 */
import type { StructuredOutput } from "./structured-output.ts";

export interface Tensor {
  getShape(): number[];
  getData(): ArrayBufferView;
}

export interface Tokenizer {
  encode(prompt: string, options?: { add_special_tokens?: boolean }): { input_ids: Tensor };
  decode(tokens: bigint[], options?: { skip_special_tokens?: boolean }): string;
  decode(batch: bigint[][], options?: { skip_special_tokens?: boolean }): string[];
  applyChatTemplate(history: Record<string, unknown>[], addGenerationPrompt: boolean): string;
  getBosToken(): string;
  getEosToken(): string;
  getOriginalChatTemplate(): string;
  setChatTemplate(template: string): void;
}

/** The keys that are sent. The binding silently ignores those that it does not know. */
export interface GenerationConfig {
  apply_chat_template: boolean;
  max_new_tokens: number;
  ignore_eos?: boolean;
  do_sample?: boolean;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  /** Not in its types, but handed on to the engine like every other key (src/js/src/helper.cpp). */
  min_p?: number;
  rng_seed?: number;
  repetition_penalty?: number;
  presence_penalty?: number;
  frequency_penalty?: number;
  structured_output_config?: StructuredOutput;
}

export interface PerfMetrics {
  getNumInputTokens(): number;
  getNumGeneratedTokens(): number;
}

export interface DecodedResults {
  texts: string[];
  perfMetrics: PerfMetrics;
  /** GenerationFinishReason of each text. */
  finishReasons: number[];
}

/** StreamingStatus: what a streamer answers. */
export const streaming = { running: 0, cancel: 2 } as const;
/** GenerationFinishReason. */
export const finishReason = { stop: 1, length: 2 } as const;

export interface Pipeline {
  /** One at a time: a second call throws, and after that a third one corrupts the first. */
  generate(
    prompt: string,
    config: GenerationConfig,
    streamer: (chunk: string) => number,
  ): Promise<DecodedResults>;
  getTokenizer(): Tokenizer;
}

export interface GenAi {
  LLMPipeline(
    path: string,
    device: string,
    properties: Record<string, string | number | boolean>,
  ): Promise<Pipeline>;
}

export interface Core {
  getAvailableDevices(): string[];
  getProperty(device: string, name: string): string | number | boolean;
}

export interface OpenVino {
  addon: {
    Core: new () => Core;
    getOpenvinoVersion(): { buildNumber: string };
  };
}

export function isGenAi(value: unknown): value is GenAi {
  return isObject(value) && typeof value.LLMPipeline === "function";
}

export function isOpenVino(value: unknown): value is OpenVino {
  if (!isObject(value) || !isObject(value.addon)) return false;
  return typeof value.addon.Core === "function" && typeof value.addon.getOpenvinoVersion === "function";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}
