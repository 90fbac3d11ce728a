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

/** In the order in which templates are asked: the more telling first. */
const formats: readonly ToolFormat[] = [
  harmony,
  deepseek,
  mistral,
  phi4,
  granite,
  gemma,
  qwen3Coder,
  llamaPythonic,
  llama3Json,
  hermes,
];

/** What `tool_format` in a registry entry may say. */
export const toolFormatNames: readonly string[] = formats.map(({ name }) => name);

/**
 * The form of calls that a model writes: the wanted one (a name of `toolFormatNames`), else the one that its chat template
 * (Jinja source, if it has one) speaks, else Hermes'. Whether the prompt has to explain it is `generate/model.ts`' to say.
 */
export function toToolFormat(template: string | null, wanted: string | undefined): ToolFormat {
  return (
    formats.find(({ name }) => name === wanted) ??
    formats.find((format) => template !== null && format.matches(template)) ??
    hermes
  );
}
