import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What `npm test` prepares: it says where by variables; a later `bun test` finds it in the same cache folder. */
function find(variable: string, ...inCache: string[]): string {
  const path = placeOf(variable, ...inCache);
  if (existsSync(path)) return path;
  throw new Error(`There is no ${path}: run \`npm test\`, which prepares it, or set ${variable}.`);
}

function placeOf(variable: string, ...inCache: string[]): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return process.env[variable] || join(cache, "ov-llm-test", ...inCache);
}

/** The engine's Python environment, as OV_RUNTIME_DIR. */
export const runtimeDir = (): string => find("OV_TEST_RUNTIME_DIR", "runtime");
/** SmolLM2-135M-Instruct.Q4_1.gguf */
export const modelPath = (): string =>
  find("OV_TEST_MODEL", "models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
/** The converter's Python environment, as OV_CONVERT_ENV. */
export const convertEnv = (): string => find("OV_TEST_CONVERT_ENV", "convert");
/** The same model as a Hugging Face folder: config.json, tokenizer, float16 weights in model.safetensors. */
export const hfModelPath = (): string => find("OV_TEST_HF_MODEL", "hf", "SmolLM2-135M-Instruct");
/** A model that writes what a test puts into its table: helpers/scripted-model.ts. */
export const scriptedModelPath = (): string => find("OV_TEST_SCRIPTED_MODEL", "scripted", "model");
/** Models for embeddings and ranking, by what helpers/make_encoders.py calls them, and their reference.json. */
export const encodersPath = (): string => find("OV_TEST_ENCODERS", "encoders");
/** Models that transcribe, by what helpers/make_whisper_models.py calls them. */
export const speechPath = (): string => find("OV_TEST_SPEECH", "speech");
/** Converted chat models of random weights, by their names in architectures/tiny-models.json. */
export const tinyModelsPath = (): string => find("OV_TEST_TINY_MODELS", "tiny");
/** A Python with the clients of test/run.mjs. */
export const clientPython = (): string => find("OV_TEST_PYTHON", "python", "bin", "python");
/** Models' own chat templates (.jinja), some seventy; undefined: they are not there. */
export function chatTemplates(): string | undefined {
  const path = placeOf("OV_TEST_CHAT_TEMPLATES", "chat-templates");
  return existsSync(path) ? path : undefined;
}
