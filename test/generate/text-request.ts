import { compileRules } from "../../src/generate/constraint.ts";
import type { Part, Role, Turn } from "../../src/generate/conversation.ts";
import { createTextModel, type EngineFacts } from "../../src/generate/model.ts";
import { planText } from "../../src/generate/plan.ts";
import { renderFor } from "../../src/generate/prompt.ts";
import type { TextRequest, ToolDefinition, ToolWish } from "../../src/generate/request.ts";
import { createSchemaCompiler } from "../../src/grammar/json-schema/compiled.ts";
import type { ImageFile } from "../../src/protocol/generate.ts";
import type { ToolFormatName } from "../../src/tool-formats.ts";

/** A turn; a string for parts is its text. */
export function turn(role: Role, parts: string | Part[], at = "turns[0]"): Turn {
  const given: Part[] = typeof parts === "string" ? [{ type: "text", text: parts, at }] : parts;
  return { role, name: null, parts: given, at };
}

export const auto: ToolWish = { mode: "auto", names: null, parallel: null, at: "choice" };

export function define(
  name: string,
  schema: Record<string, unknown> | null = null,
  extra: Partial<ToolDefinition> = {},
): ToolDefinition {
  const at = "tools[0]";
  return { name, description: null, schema, strict: false, at, schemaAt: `${at}.schema`, ...extra };
}

/** Of a request that names nothing of it. */
export const noSampling: TextRequest["sampling"] = {
  temperature: null,
  top_p: null,
  top_k: null,
  min_p: null,
  repetition_penalty: null,
  presence_penalty: null,
  frequency_penalty: null,
  seed: null,
};

/** A request without anything but a greeting, in no dialect's shape. */
export function textRequest(extra: Partial<TextRequest> = {}): TextRequest {
  return {
    conversation: { turns: [turn("user", "Hi")], at: "turns" },
    tools: [],
    toolChoice: auto,
    form: null,
    sampling: {},
    stops: [],
    maxTokens: null,
    ignoreEos: false,
    choices: 1,
    logprobs: null,
    reasoningEffort: null,
    thinkingBudget: null,
    continueLast: null,
    templateVariables: {},
    ...extra,
  };
}

export const plainFacts: EngineFacts = {
  engine: "test",
  capabilities: ["grammar", "logprobs", "special_tokens"],
  context_length: 8192,
  chat_template:
    "{% for message in messages %}[{{ message.role }}] {{ message.content }}\n{% endfor %}[assistant] ",
  bos_token: "",
  eos_token: "",
};

const options = { seed: 10, maxTokens: 4096, newCallId: () => "call_1" };
const compileSchema = createSchemaCompiler();

/** `marker`: as PlanOptions has it. */
export function plan(
  extra: Partial<TextRequest> = {},
  images: readonly ImageFile[] = [],
  marker: string | null = null,
) {
  const request = textRequest(extra);
  return planText(request, { ...options, images, marker, rules: compileRules(request, compileSchema) });
}

/** The plan of such a request for this model. */
export function prepare(
  extra: Partial<TextRequest>,
  model = modelOf(),
  images: readonly ImageFile[] = [],
  marker: string | null = null,
) {
  const planned = plan(extra, images, marker);
  return planned.prepare(model, renderFor(planned.source, model, { now: new Date(0) }));
}

export const modelOf = (facts: Partial<EngineFacts> = {}, toolFormat?: ToolFormatName) =>
  createTextModel({ ...plainFacts, ...facts }, { defaults: {}, toolFormat });

/** The choice with this index, prepared for a model with these facts. */
export const choose = (extra: Partial<TextRequest>, facts: Partial<EngineFacts> = {}, index = 0) =>
  prepare(extra, modelOf(facts)).choice(index);
