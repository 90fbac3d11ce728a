import { readCustomInput } from "./custom-input.ts";
import { addedEvent, doneEvent, type ItemPlace, type OpenItem } from "./open-item.ts";
import type { CustomCallItem, FunctionCallItem, ItemStatus } from "./output-items.ts";
import type { OfferedTool } from "./to-tools.ts";

export function createCallItem(place: ItemPlace, callId: string, tool: OfferedTool): OpenItem {
  return tool.type === "custom"
    ? createCustomCall(place, callId, tool)
    : createFunctionCall(place, callId, tool);
}

function toCalled(callId: string, { name, namespace }: OfferedTool) {
  return { call_id: callId, name, ...(namespace !== null && { namespace }) };
}

function createFunctionCall(place: ItemPlace, callId: string, tool: OfferedTool): OpenItem {
  const { id, outputIndex, next } = place;
  const at = { item_id: id, output_index: outputIndex };
  let text = "";
  let status: ItemStatus = "in_progress";
  const toItem = (): FunctionCallItem => ({
    id,
    type: "function_call",
    status,
    ...toCalled(callId, tool),
    arguments: text,
  });
  return {
    open: () => [addedEvent(place, toItem())],
    add(delta) {
      text += delta;
      return [{ type: "response.function_call_arguments.delta", sequence_number: next(), ...at, delta }];
    },
    close(end) {
      // An answer that is cut right behind its last call has cut nothing of it.
      status = isJson(text) ? "completed" : end;
      const { name } = tool;
      return [
        {
          type: "response.function_call_arguments.done",
          sequence_number: next(),
          ...at,
          name,
          arguments: text,
        },
        doneEvent(place, toItem()),
      ];
    },
    snapshot: toItem,
  };
}

/** Its text is known when its arguments are whole, so it comes in one piece. */
function createCustomCall(place: ItemPlace, callId: string, tool: OfferedTool): OpenItem {
  const { id, outputIndex, next } = place;
  const at = { item_id: id, output_index: outputIndex };
  let text = "";
  let status: ItemStatus = "in_progress";
  const toItem = (): CustomCallItem => ({
    id,
    type: "custom_tool_call",
    status,
    ...toCalled(callId, tool),
    input: readCustomInput(text),
  });
  return {
    open: () => [addedEvent(place, toItem())],
    add(delta) {
      text += delta;
      return [];
    },
    close(end) {
      status = isJson(text) ? "completed" : end;
      const item = toItem();
      const { input } = item;
      return [
        { type: "response.custom_tool_call_input.delta", sequence_number: next(), ...at, delta: input },
        { type: "response.custom_tool_call_input.done", sequence_number: next(), ...at, input },
        doneEvent(place, item),
      ];
    },
    snapshot: toItem,
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
