import type { GenerateRequest } from "../protocol/generate.ts";
import type { CutText } from "./cut-source.ts";

export interface ThoughtBudgetOptions {
  /** In tokens; null: no bound. */
  budget: number | null;
  /** The first request to the engine. */
  request: GenerateRequest;
  reader: { readonly thinking: boolean };
  /** What closes reasoning in the model's template; null: unknown. */
  close: string | null;
  /** The model's text as it may stand in a prompt. */
  cut: (text: string) => CutText;
  /** The grammar for the answer after such a prompt. */
  toGrammar: (prompt: string) => GenerateRequest["grammar"];
}

/** Reasoning was cut: the text written in the model's place, and the next request to the engine. */
export interface ClosedThought {
  text: string;
  request: GenerateRequest;
}

/**
 * Watches the text that the reader has read, piece by piece. Once reasoning has used its budget, its text and its closing
 * tag become part of the prompt, from which the answer continues; all but the tag is in the engine's prefix cache.
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
