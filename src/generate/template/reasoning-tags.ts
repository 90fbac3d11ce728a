import type { ChatTemplate } from "./template.ts";
import type { ReasoningTags } from "./traits.ts";
import { createTrial, words } from "./trial.ts";

/** In the order in which they are looked for. */
const known: readonly ReasoningTags[] = [
  { open: "<think>", close: "</think>" }, // DeepSeek R1, Qwen3, SmolLM3, Granite 3.3
  { open: "[THINK]", close: "[/THINK]" }, // Magistral
  { open: "<seed:think>", close: "</seed:think>" }, // Seed-OSS
  { open: "<|START_THINKING|>", close: "<|END_THINKING|>" }, // Command R7B, Command A
  { open: "<|channel>thought", close: "<channel|>" }, // Gemma 4
  { open: "<reasoning>", close: "</reasoning>" },
  { open: "Here is my thought process:", close: "Here is my response:" }, // Granite 3.2
];

/** The tags that a chat template (Jinja source) names, if any. */
export function findReasoningTags(source: string): ReasoningTags | null {
  const named = ({ open, close }: ReasoningTags) => source.includes(open) || source.includes(close);
  return known.find(named) ?? null;
}

/** Whether the model goes on within a block that the prompt has opened. */
export function opensReasoning(prompt: string, { open }: ReasoningTags): boolean {
  return prompt.trimEnd().endsWith(open);
}

/** Between angle brackets reasoning is marked by ordinary tokens: DeepSeek R1, Qwen3, SmolLM3. */
export function isSpecial({ open }: ReasoningTags): boolean {
  return /^(\[|<\|)/.test(open);
}

/** What stands between a thought and the answer, white space included, as the template writes it where it writes one. */
export function findThoughtEnd(template: ChatTemplate, tags: ReasoningTags | null): string | null {
  if (tags === null) return null;
  const thought = { reasoning_content: words.result, reasoning: words.result, thinking: words.result };
  const answer = { role: "assistant", content: words.assistant, ...thought };
  const prompt = createTrial(template, null)([{ role: "user", content: words.user }, answer]) ?? "";
  const [, behind = ""] = prompt.split(words.result);
  const [end = ""] = behind.split(words.assistant);
  if (behind.includes(words.assistant) && end.trim() === tags.close) return end;
  return isSpecial(tags) ? tags.close : `\n${tags.close}\n\n`;
}
