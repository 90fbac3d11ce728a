import type { ChatDelta, ChatMessageAnswer } from "../responses.ts";
import type { ToolCall } from "./tools.ts";

/** Puts the deltas of a streamed answer together, as the clients' own accumulators do. */
export interface MessageBuilder {
  add(delta: ChatDelta): void;
  build(): ChatMessageAnswer;
}

export function createMessageBuilder(): MessageBuilder {
  let content = "";
  let reasoning = "";
  const calls: ToolCall[] = [];
  let functionCall: { name: string; arguments: string } | undefined;

  function addCall({ index, id, function: { name, arguments: text = "" } }: CallDelta): void {
    const call = calls[index];
    if (call) call.function.arguments += text;
    else if (id !== undefined && name !== undefined) {
      calls[index] = { id, type: "function", function: { name, arguments: text } };
    }
  }

  return {
    add({ content: text = "", reasoning_content: thought = "", tool_calls = [], function_call }) {
      content += text;
      reasoning += thought;
      tool_calls.forEach(addCall);
      if (!function_call) return;
      functionCall ??= { name: function_call.name ?? "", arguments: "" };
      functionCall.arguments += function_call.arguments ?? "";
    },
    build() {
      const called = calls.length > 0 || functionCall !== undefined;
      return {
        role: "assistant",
        content: called && content === "" ? null : content,
        ...(reasoning !== "" && { reasoning_content: reasoning }),
        ...(calls.length > 0 && { tool_calls: calls }),
        ...(functionCall && { function_call: functionCall }),
        refusal: null,
      };
    },
  };
}

type CallDelta = NonNullable<ChatDelta["tool_calls"]>[number];
