import type { Grammar } from "../protocol/grammar.ts";
import { requireCapability } from "./engine-facts.ts";
import type { ChatModel } from "./model.ts";
import { opensReasoning } from "./template/reasoning-tags.ts";
import type { ReasoningTags } from "./template/traits.ts";
import type { ToolChoice } from "./tools/choice.ts";

/** What a request wants of the answer's form. */
export interface AnswerRules {
  tools: ToolChoice;
  /** Of `response_format` or `structured_outputs`; null: free text. */
  form: Grammar | null;
}

/** What the engine holds the answer to; null: nothing. */
export function toAnswerGrammar(
  { tools, form }: AnswerRules,
  model: ChatModel,
  prompt: string,
): Grammar | null {
  const { callable, parallel, required } = tools;
  const { facts, format } = model;
  if (form) requireCapability(facts, "grammar", "response_format");
  if (required) requireCapability(facts, "grammar", "tool_choice");
  if (!facts.capabilities.includes("grammar")) return null;
  const spoken = form && afterReasoning(form, model, prompt);
  if (callable.length === 0) return spoken;
  if (!required && !spoken) return format.toGrammar(callable, { required, parallel });
  // The engine takes no union of an answer that may go on and one that may not, so beside a form there is one call.
  const calls = format.toGrammar(callable, { required: true, parallel: parallel && required });
  const called = format.readsAll ? calls : afterReasoning(calls, model, prompt);
  return required || !spoken ? called : { type: "union", elements: [called, spoken] };
}

/** A model that thinks aloud does so before it is held to anything. */
function afterReasoning(grammar: Grammar, { traits, format }: ChatModel, prompt: string): Grammar {
  if (format.readsAll) return think(finalChannel, grammar);
  const { reasoning } = traits;
  if (!reasoning || prompt.trimEnd().endsWith(reasoning.close)) return grammar;
  if (opensReasoning(prompt, reasoning)) return think({ ...reasoning, open: "" }, grammar);
  return { type: "union", elements: [think(reasoning, grammar), grammar] };
}

/** Whatever a model with harmony's channels says before, its answer follows the header of the last one. */
const finalChannel: ReasoningTags = { open: "", close: "<|channel|>final<|message|>" };

function think({ open, close }: ReasoningTags, grammar: Grammar): Grammar {
  const thought: Grammar = { type: "tag", begin: open, content: { type: "any_text" }, end: close };
  const space: Grammar = { type: "regex", pattern: "\\n{0,2}" };
  return { type: "concat", elements: [thought, space, grammar] };
}
