import { checkChoice, checkRegex } from "../grammar/choice.ts";
import { checkGrammar } from "../grammar/ebnf/check.ts";
import type { CompileSchema } from "../grammar/json-schema/compiled.ts";
import type { Grammar } from "../protocol/grammar.ts";
import { requireCapability, type TextModel } from "./model.ts";
import type { AnswerForm, TextRequest } from "./request.ts";
import { opensReasoning } from "./template/reasoning-tags.ts";
import type { ReasoningTags } from "./template/traits.ts";
import { type ToolChoice, toToolChoice } from "./tools/choice.ts";

/** What the answer must look like, and which field of the request asks for that. */
export interface CompiledForm {
  grammar: Grammar;
  param: string;
}

/** What a request demands of the answer. */
export interface AnswerRules {
  tools: ToolChoice;
  /** null: free text. */
  form: CompiledForm | null;
}

/** What of a request is compiled. */
export type RulesSource = Pick<TextRequest, "tools" | "toolChoice" | "form">;

/**
 * May take seconds. Throws `invalid_request` or `unsupported_parameter`, naming the place within the schema, pattern or
 * grammar.
 */
export function compileRules({ form, ...rest }: RulesSource, compile: CompileSchema): AnswerRules {
  return {
    tools: toToolChoice(rest, compile),
    form: form && compileForm(form, compile),
  };
}

export function compileForm(form: AnswerForm, compile: CompileSchema): CompiledForm {
  return { grammar: toGrammar(form, compile), param: form.param };
}

function toGrammar(form: AnswerForm, compile: CompileSchema): Grammar {
  switch (form.type) {
    case "json_object":
      return compile({ type: "object" }, form.at);
    case "json_schema":
      return compile(form.schema, form.at);
    case "regex":
      return checkRegex(form.pattern, form.at);
    case "choice":
      return checkChoice(form.choices, form.at);
    case "grammar":
      return checkGrammar(form.grammar, form.at);
  }
}

/** What the engine holds the answer to; null: nothing. Throws `unsupported_parameter` for what the engine cannot do. */
export function toAnswerGrammar(
  { tools, form }: AnswerRules,
  model: TextModel,
  prompt: string,
): Grammar | null {
  const { callable, parallel, required } = tools;
  const { facts, format } = model;
  if (form) requireCapability(facts, "grammar", form.param);
  if (required) requireCapability(facts, "grammar", tools.at);
  if (!facts.capabilities.includes("grammar")) return null;
  const spoken = form && afterReasoning(form.grammar, model, prompt);
  if (callable.length === 0) return spoken;
  if (!required && !spoken) return format.toGrammar(callable, { required, parallel });
  // The engine takes no union of an answer that may go on and one that may not, so beside a form there is one call.
  const calls = format.toGrammar(callable, { required: true, parallel: parallel && required });
  const called = format.readsAll ? calls : afterReasoning(calls, model, prompt);
  return required || !spoken ? called : { type: "union", elements: [called, spoken] };
}

/** A model that writes its reasoning does so before it is held to anything. */
function afterReasoning(grammar: Grammar, { traits, format }: TextModel, prompt: string): Grammar {
  if (format.readsAll) return think(finalChannel, grammar);
  const { reasoning } = traits;
  if (!reasoning || prompt.trimEnd().endsWith(reasoning.close)) return grammar;
  if (opensReasoning(prompt, reasoning)) return think({ ...reasoning, open: "" }, grammar);
  return { type: "union", elements: [think(reasoning, grammar), grammar] };
}

/** Whatever a model with harmony's channels writes before, its answer follows the header of the last one. */
const finalChannel: ReasoningTags = { open: "", close: "<|channel|>final<|message|>" };

function think({ open, close }: ReasoningTags, grammar: Grammar): Grammar {
  const thought: Grammar = { type: "tag", begin: open, content: { type: "any_text" }, end: close };
  const space: Grammar = { type: "regex", pattern: "\\n{0,2}" };
  return { type: "concat", elements: [thought, space, grammar] };
}
