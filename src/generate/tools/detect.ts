import type { ToolFormatName } from "../../tool-formats.ts";
import { deepseek } from "./deepseek.ts";
import type { ToolFormat } from "./format.ts";
import { gemma } from "./gemma.ts";
import { granite } from "./granite.ts";
import { harmony } from "./harmony.ts";
import { hermes } from "./hermes.ts";
import { llamaPythonic } from "./llama-pythonic.ts";
import { llama3Json } from "./llama3-json.ts";
import { mistral } from "./mistral.ts";
import { phi4 } from "./phi4.ts";
import { qwen3Coder } from "./qwen3-coder.ts";

/** In the order in which a template is matched against them: the more distinctive first. */
const formats: Record<ToolFormatName, ToolFormat> = {
  harmony,
  deepseek,
  mistral,
  phi4,
  granite,
  gemma,
  "qwen3-coder": qwen3Coder,
  "llama-pythonic": llamaPythonic,
  "llama3-json": llama3Json,
  hermes,
};

/**
 * The form of calls that a model writes: the given one, else the one that its chat template (Jinja source, if it has one)
 * describes, else Hermes'. Whether the prompt has to explain the form is decided in generate/model.ts.
 */
export function toToolFormat(template: string | null, given: ToolFormatName | undefined): ToolFormat {
  if (given !== undefined) return formats[given];
  return Object.values(formats).find((format) => template !== null && format.matches(template)) ?? hermes;
}
