import { checkChoice, checkRegex } from "../grammar/choice.ts";
import { checkGrammar } from "../grammar/ebnf/check.ts";
import type { SchemaCompiler } from "../grammar/json-schema/compiled.ts";
import type { Grammar } from "../protocol/grammar.ts";
import { requireCapability, type TextModel } from "./model.ts";
import type { Prompt } from "./prompt.ts";
import type { AnswerForm, TextRequest } from "./request.ts";
import type { ReasoningTags } from "./template/traits.ts";
import { type LooseSchema, type ToolChoice, toToolChoice } from "./tools/choice.ts";
import type { ToolFormat } from "./tools/format.ts";

/** The form that the answer must have, and the field of the request that asks for it. */
export interface CompiledForm {
  grammar: Grammar;
  param: string;
  /** null: an answer that matches the grammar is right. */
  loose: LooseSchema | null;
}

/** The rules that a request sets for its answer. */
export interface AnswerRules {
  tools: ToolChoice;
  /** null: free text. */
  form: CompiledForm | null;
}

/** The parts of a request that are compiled. */
export type RulesSource = Pick<TextRequest, "tools" | "toolChoice" | "form">;

/**
 * May take seconds. Throws `invalid_request` or `unsupported_parameter`, naming the place within the schema, pattern or
 * grammar.
 */
export function compileRules({ form, ...rest }: RulesSource, compile: SchemaCompiler): AnswerRules {
  return {
    tools: toToolChoice(rest, compile),
    form: form && compileForm(form, compile),
  };
}

export function compileForm(form: AnswerForm, compile: SchemaCompiler): CompiledForm {
  const { param, at } = form;
  switch (form.type) {
    case "json_object":
      return { grammar: compile({ type: "object" }, at, { strict: true }).grammar, param, loose: null };
    case "json_schema": {
      const { schema, strict = false } = form;
      const { grammar, widened } = compile(schema, at, { strict });
      return { grammar, param, loose: widened.length > 0 ? { tool: null, schema, widened } : null };
    }
    case "regex":
      return { grammar: checkRegex(form.pattern, at), param, loose: null };
    case "choice":
      return { grammar: checkChoice(form.choices, at), param, loose: null };
    case "grammar":
      return { grammar: checkGrammar(form.grammar, at), param, loose: null };
  }
}

/** The grammar that the engine enforces; null: none. Throws `unsupported_parameter` for what the engine cannot do. */
export function toAnswerGrammar(
  { tools, form }: AnswerRules,
  model: TextModel,
  prompt: Prompt,
): Grammar | null {
  const { callable, parallel, required } = tools;
  const { facts, format } = model;
  if (form) requireCapability(facts, "grammar", form.param);
  if (required) requireCapability(facts, "grammar", tools.at);
  if (!facts.capabilities.includes("grammar")) return null;
  const spoken = form && afterReasoning(form.grammar, model, prompt);
  if (callable.length === 0) return spoken;
  if (!required && !spoken)
    return format.readsAll && prompt.within === "content"
      ? null
      : format.toGrammar(callable, { required, parallel });
  // The engine takes no union of an answer that may continue and one that may not, so with a form there is at most one call.
  const calls = format.toGrammar(callable, { required: true, parallel: parallel && required });
  const called = format.readsAll ? afterMessage(calls, format, prompt) : afterReasoning(calls, model, prompt);
  return required || !spoken ? called : { type: "union", elements: [called, spoken] };
}

/** A model that reasons does so freely before the grammar applies. */
function afterReasoning(grammar: Grammar, { traits, format }: TextModel, prompt: Prompt): Grammar {
  if (prompt.within === "content") return grammar;
  if (format.readsAll) return think(finalChannel, grammar);
  const { reasoning } = traits;
  if (!reasoning || prompt.text.trimEnd().endsWith(reasoning.close)) return grammar;
  if (prompt.within === "thought") return think({ ...reasoning, open: "" }, grammar);
  return { type: "union", elements: [think(reasoning, grammar), grammar] };
}

/** A message that has started ends before the one with the calls. */
function afterMessage(calls: Grammar, { thoughtEnd }: ToolFormat, { within }: Prompt): Grammar {
  if (within !== "content" || thoughtEnd === undefined) return calls;
  return { type: "concat", elements: [{ type: "const", text: thoughtEnd }, calls] };
}

/** Whatever else a model with harmony's channels writes first, its answer follows the header of the last channel. */
const finalChannel: ReasoningTags = { open: "", close: "<|channel|>final<|message|>" };

function think({ open, close }: ReasoningTags, grammar: Grammar): Grammar {
  const thought: Grammar = { type: "tag", begin: open, content: { type: "any_text" }, end: close };
  const space: Grammar = { type: "regex", pattern: "\\n{0,2}" };
  return { type: "concat", elements: [thought, space, grammar] };
}
