import { OvError } from "../errors.ts";
import { type ToolFormatName, toolFormatNames } from "../tool-formats.ts";
import { type ControlTokens, createControlTokens } from "./control-tokens.ts";
import type { SamplingDefaults } from "./sampling.ts";
import { probeTemplate } from "./template/probe.ts";
import { findThoughtEnd } from "./template/reasoning-tags.ts";
import { type ChatTemplate, compileTemplate, type TemplateSource } from "./template/template.ts";
import type { TemplateTraits } from "./template/traits.ts";
import { toToolFormat } from "./tools/detect.ts";
import type { ToolFormat } from "./tools/format.ts";
import { hermes } from "./tools/hermes.ts";

/** What a loaded model's engine reports about it. */
export interface EngineFacts {
  engine: string;
  capabilities: readonly string[];
  /** In tokens; the engine lowers max_tokens to what the prompt leaves of it. */
  context_length: number;
  chat_template: string | null;
  bos_token: string;
  eos_token: string;
  /** Texts that its tokenizer takes for tokens of the chat format; absent: not requested. */
  control_tokens?: readonly string[];
}

/** All that is needed to talk with a loaded model; made once per load. */
export interface TextModel {
  facts: EngineFacts;
  defaults: SamplingDefaults;
  template: ChatTemplate;
  traits: TemplateTraits;
  format: ToolFormat;
  /** The template does not render the tools: our own wording explains them to the model. */
  prompted: boolean;
  /** What closes reasoning that has no end; null: it does not reason in a known format. */
  thoughtEnd: string | null;
  /** null: the engine does not report them. */
  control: ModelControl | null;
  /** What the operator should know about it. */
  warning: string | null;
}

/** A model's control tokens. */
export interface ModelControl {
  all: ControlTokens;
  /** Without the tags of its reasoning. */
  assistant: ControlTokens;
  /** The engine can encode them as text. */
  canCut: boolean;
}

export interface TextModelOptions {
  /** What the model's own files recommend. */
  defaults: SamplingDefaults;
  /** Its entry's `tool_format`; undefined: as its chat template shows. */
  toolFormat: ToolFormatName | undefined;
  /** The result of `probeTemplate`, if it is known already: finding it takes up to seconds. */
  traits?: TemplateTraits;
}

/** Throws `chat_template_failed` for a model without a chat template that works. */
export function createTextModel(facts: EngineFacts, options: TextModelOptions): TextModel {
  const { defaults, toolFormat } = options;
  const template = compileTemplate(toTemplateSource(facts));
  const { source } = template;
  const traits = options.traits ?? probeTemplate(template);
  const format = toToolFormat(source, toolFormat);
  if (format?.readsAll) requireCapability(facts, "special_tokens", "model");
  const thoughtEnd = format?.readsAll
    ? (format.thoughtEnd ?? null)
    : findThoughtEnd(template, traits.reasoning);
  const control = toControl(facts, traits);
  const known = { facts, defaults, template, traits, thoughtEnd, control };
  const takesTools = traits.tools || traits.systemTools;
  if (takesTools && format && canMark(format, facts))
    return { ...known, format, prompted: false, warning: null };
  return toPrompted({ ...known, warning: takesTools && format === null ? unknownForm : null });
}

/**
 * The same model with its tools explained in our own wording: its template takes none, its call format is unknown, or it
 * cannot render the tools of a request. Calls and results use the same wording, so that the model sees one format.
 */
export function toPrompted(model: Omit<TextModel, "format" | "prompted">): TextModel {
  const none = { tools: false, systemTools: false, toolCalls: false, toolResults: false };
  return { ...model, traits: { ...model.traits, ...none }, format: hermes, prompted: true };
}

function toControl(
  { control_tokens, capabilities }: EngineFacts,
  { reasoning }: TemplateTraits,
): ModelControl | null {
  if (control_tokens === undefined) return null;
  const isTag = (token: string) => token === reasoning?.open.trim() || token === reasoning?.close.trim();
  return {
    all: createControlTokens(control_tokens),
    assistant: createControlTokens(control_tokens.filter((token) => !isTag(token))),
    canCut: capabilities.includes("cut_prompts"),
  };
}

function canMark({ specialTokens }: ToolFormat, { capabilities }: EngineFacts): boolean {
  return !specialTokens || capabilities.includes("special_tokens");
}

const unknownForm =
  "The model's chat template takes tools, but its calls are of no known form, so tools are explained to the model in our own " +
  `words. If you know the form, set it (\`ov-llm models set NAME tool_format=${toolFormatNames.join("|")}\`).`;

/** Throws `chat_template_failed` for a model without one. */
export function toTemplateSource(facts: EngineFacts): TemplateSource {
  const { chat_template: source, bos_token: bosToken, eos_token: eosToken } = facts;
  if (source !== null) return { source, bosToken, eosToken };
  const what = "This model has no chat template, so it cannot answer messages: use its instruct variant.";
  throw new OvError("chat_template_failed", what);
}

const meanings = {
  grammar: "hold an answer to a form",
  logprobs: "return log probabilities",
  special_tokens: "keep the special tokens that separate this model's reasoning from its answer",
} as const;

/** Throws `unsupported_parameter` if the model's engine cannot do what the request's field asks for. */
export function requireCapability(
  { engine, capabilities }: EngineFacts,
  capability: keyof typeof meanings,
  param: string,
): void {
  if (capabilities.includes(capability)) return;
  throw new OvError(
    "unsupported_parameter",
    {
      what: `"${param}" is not supported by the engine "${engine}", which cannot ${meanings[capability]}`,
      next: 'Leave it out, or run the model on the engine "batching" (`ov-llm models set NAME engine=batching`).',
    },
    { param },
  );
}
