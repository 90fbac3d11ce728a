import { Template } from "@huggingface/jinja";
import { OvError } from "../errors.ts";
import type { TemplateMessage } from "./messages.ts";

/** What a model's tokenizer says of prompts. */
export interface PromptFacts {
  chat_template: string | null;
  bos_token: string;
  eos_token: string;
}

/** The prompt that the model's chat template makes of the messages; throws `chat_template_failed`. */
export function renderPrompt(
  { chat_template, bos_token, eos_token }: PromptFacts,
  messages: readonly TemplateMessage[],
  kwargs: Record<string, unknown>,
): string {
  if (chat_template === null) {
    const what = "This model has no chat template, so it cannot answer messages: use its instruct variant.";
    throw new OvError("chat_template_failed", what);
  }
  try {
    const context = { messages, bos_token, eos_token, add_generation_prompt: true, ...kwargs };
    return new Template(chat_template).render(context);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OvError("chat_template_failed", `The model's chat template refused these messages: ${why}`);
  }
}
