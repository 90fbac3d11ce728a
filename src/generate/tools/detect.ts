import type { ToolFormatName } from "../../tool-formats.ts";
import { deepseek } from "./deepseek.ts";
import type { ToolFormat } from "./format.ts";
import { gemma } from "./gemma.ts";
import { glm } from "./glm.ts";
import { granite } from "./granite.ts";
import { harmony } from "./harmony.ts";
import { hermes } from "./hermes.ts";
import { kimi } from "./kimi.ts";
import { lfm2 } from "./lfm2.ts";
import { llamaPythonic } from "./llama-pythonic.ts";
import { llama3Json } from "./llama3-json.ts";
import { minicpm5 } from "./minicpm5.ts";
import { mistral } from "./mistral.ts";
import { onyx } from "./onyx.ts";
import { phi4 } from "./phi4.ts";
import { qwen3Coder } from "./qwen3-coder.ts";

/** In the order in which a template is matched against them: the more distinctive first. */
const formats: Record<ToolFormatName, ToolFormat> = {
  harmony,
  onyx,
  deepseek,
  mistral,
  phi4,
  granite,
  gemma,
  kimi,
  lfm2,
  glm,
  minicpm5,
  "qwen3-coder": qwen3Coder,
  "llama-pythonic": llamaPythonic,
  "llama3-json": llama3Json,
  hermes,
};

/**
 * The tool-call format of a model: the given one, or the one that its chat template (Jinja source) describes;
 * null: unknown. generate/model.ts decides what happens then.
 */
export function toToolFormat(template: string, given: ToolFormatName | undefined): ToolFormat | null {
  if (given !== undefined) return formats[given];
  return Object.values(formats).find((format) => format.matches(template)) ?? null;
}
