import type { GenerateRequest } from "../protocol/generate.ts";
import type { CutText } from "./cut-source.ts";

export interface ThoughtBudgetOptions {
  /** In tokens; null: no bound. */
  budget: number | null;
  /** What is asked of the engine first. */
  request: GenerateRequest;
  reader: { readonly thinking: boolean };
  /** What closes a thought, as the model's template does it; null: nothing is known to. */
  close: string | null;
  /** What the model has written, as it may stand in a prompt. */
  cut: (text: string) => CutText;
  /** What the answer behind such a prompt is held to. */
  toGrammar: (prompt: string) => GenerateRequest["grammar"];
}

/** A thought is cut: what is written in the model's place, and what the engine is asked for next. */
export interface ClosedThought {
  text: string;
  request: GenerateRequest;
}

/**
 * Watches the text that the reader has read, piece by piece. Once a thought has taken its budget, what it is and its closing
 * tag become part of the prompt, and the answer goes on behind it; all but the tag is in the engine's prefix cache.
 */
export function createThoughtBudget({
  budget,
  request,
  reader,
  close,
  cut,
  toGrammar,
}: ThoughtBudgetOptions) {
  let written = "";
  let [used, thought] = [0, 0];
  let isOver = budget === null || close === null;
  return (text: string, tokens: number): ClosedThought | null => {
    if (isOver || budget === null || close === null) return null;
    written += text;
    used += tokens;
    if (!reader.thinking) return null;
    thought += tokens;
    if (thought < budget || used >= request.max_tokens) return null;
    isOver = true;
    const own = cut(written);
    const prompt = `${request.prompt}${own.text}${close}`;
    const left = request.max_tokens - used;
    const cuts = own.cut !== null && { cut: own.cut };
    const grammar = toGrammar(prompt);
    return { text: close, request: { ...request, prompt, ...cuts, max_tokens: left, grammar } };
  };
}
