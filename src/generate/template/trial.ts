import type { ChatTemplate, TemplateMessage } from "./template.ts";
import type { TemplateTraits } from "./traits.ts";

/** Words that no template writes by itself. */
export const words = {
  system: "zebrasystem",
  otherSystem: "okapisystem",
  user: "zebrauser",
  otherUser: "okapiuser",
  assistant: "zebraassistant",
  otherAssistant: "okapiassistant",
  tool: "zebra_tool",
  key: "zebrakey",
  value: "zebravalue",
  otherValue: "okapivalue",
  result: "zebraresult",
  otherResult: "okapiresult",
  effort: "zebraeffort",
} as const;

export const trialTools = [
  {
    type: "function",
    function: {
      name: words.tool,
      description: "Looks up",
      parameters: {
        type: "object",
        properties: { [words.key]: { type: "string", description: "What" } },
        required: [words.key],
      },
    },
  },
];

export type Trial = (
  messages: TemplateMessage[],
  options?: { tools?: boolean; kwargs?: Record<string, unknown> },
) => string | null;

/** Renders with a generation prompt; null: the template refused. */
export function createTrial(template: ChatTemplate, noTools: TemplateTraits["noTools"]): Trial {
  return (messages, { tools = false, kwargs = {} } = {}) => {
    try {
      const given = tools ? trialTools : noTools && [];
      const now = new Date(0);
      return template.render({ messages, tools: given, kwargs, addGenerationPrompt: true, now });
    } catch {
      return null;
    }
  };
}

export interface CallForm {
  arguments: "object" | "text";
  content: "" | null;
  shortIds: boolean;
}

/** An assistant message with a call for each value, and the results. */
export function callMessages(
  form: CallForm,
  values: readonly [value: string, result: string][],
): TemplateMessage[] {
  const id = (index: number) => (form.shortIds ? `zebra000${index}` : `call_zebra_${index}`);
  const calls = values.map(([value], index) => {
    const args = { [words.key]: value };
    const given = form.arguments === "object" ? args : JSON.stringify(args);
    return { id: id(index), type: "function", function: { name: words.tool, arguments: given } };
  });
  const results = values.map(([, result], index) => ({
    role: "tool",
    tool_call_id: id(index),
    name: words.tool,
    content: result,
  }));
  return [{ role: "assistant", content: form.content, tool_calls: calls }, ...results];
}
