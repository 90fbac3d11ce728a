import { OvError } from "../errors.ts";
import { type EngineFacts, requireCapability } from "./engine-facts.ts";
import { probeTemplate } from "./template/probe.ts";
import { type ChatTemplate, compileTemplate } from "./template/template.ts";
import type { TemplateTraits } from "./template/traits.ts";
import { toToolFormat } from "./tools/detect.ts";
import type { ToolFormat } from "./tools/format.ts";
import { hermes } from "./tools/hermes.ts";

/** What is to be known of a loaded model to talk with it; made once for each load. */
export interface ChatModel {
  facts: EngineFacts;
  template: ChatTemplate;
  traits: TemplateTraits;
  format: ToolFormat;
  /** The template is not asked to write tools: our own words tell the model of them. */
  prompted: boolean;
}

/** `wantedFormat`: the entry's `tool_format`. Throws `chat_template_failed` for a model without a template that works. */
export function createChatModel(facts: EngineFacts, wantedFormat: string | undefined): ChatModel {
  const { chat_template: source, bos_token: bosToken, eos_token: eosToken } = facts;
  if (source === null) {
    const what = "This model has no chat template, so it cannot answer messages: use its instruct variant.";
    throw new OvError("chat_template_failed", what);
  }
  const template = compileTemplate({ source, bosToken, eosToken });
  const traits = probeTemplate(template);
  const format = toToolFormat(source, wantedFormat);
  if (format.readsAll) requireCapability(facts, "special_tokens", "model");
  const canMark = !format.specialTokens || facts.capabilities.includes("special_tokens");
  if ((traits.tools || traits.systemTools) && canMark)
    return { facts, template, traits, format, prompted: false };
  // Calls and results are written in the same words, so that the model sees one form.
  const plain = { ...traits, tools: false, systemTools: false, toolCalls: false, toolResults: false };
  return { facts, template, traits: plain, format: hermes, prompted: true };
}
