/**
 * The forms in which models write tool calls, as a registry entry's `tool_format` names them. The one list: the registry's
 * schema takes its values from it, and generate/tools/detect.ts must have a format for each.
 */
export const toolFormatNames = [
  "hermes",
  "qwen3-coder",
  "llama3-json",
  "llama-pythonic",
  "mistral",
  "phi4",
  "granite",
  "deepseek",
  "harmony",
  "gemma",
  "glm",
  "kimi",
  "lfm2",
  "minicpm5",
  "onyx",
] as const;

export type ToolFormatName = (typeof toolFormatNames)[number];
