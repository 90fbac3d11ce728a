import { malformed } from "../../refusal.ts";
import type { ChatCompletionRequest } from "./request.ts";

export type BudgetFields = Pick<ChatCompletionRequest, "thinking_budget_tokens" | "chat_template_kwargs"> & {
  reasoning?: { max_tokens?: number | null } | null;
};

/** The tokens of a thought, by whichever of its names came: OpenRouter's, llama.cpp's, Qwen's. Throws `invalid_request`. */
export function toThinkingBudget(body: BudgetFields): number | null {
  const ofTemplate = body.chat_template_kwargs?.thinking_budget;
  const given = body.reasoning?.max_tokens ?? body.thinking_budget_tokens ?? ofTemplate ?? null;
  if (given === null) return null;
  if (typeof given !== "number" || !Number.isInteger(given)) {
    throw malformed("chat_template_kwargs.thinking_budget", "must be a whole number of tokens.");
  }
  return given < 0 ? null : given;
}
