import type { ToolDefinition, ToolWish } from "../../../generate/request.ts";
import type { MessageBlock } from "./blocks.ts";
import type { MessagesRequest, Tool } from "./request.ts";

/**
 * The client's own tools. Those of Anthropic's server are skipped: nothing here runs them. A deferred tool is left out until a
 * `tool_reference` has named it, and comes behind the others, so that the start of the prompt stays the same.
 */
export function toDefinitions({
  tools,
  messages,
}: Pick<MessagesRequest, "tools" | "messages">): ToolDefinition[] {
  const all = (tools ?? []).flatMap((tool, index) => {
    const definition = toDefinition(tool, `tools[${index}]`);
    return definition === null ? [] : [{ definition, isDeferred: tool.defer_loading ?? false }];
  });
  const isSearched = (tools ?? []).some(({ type }) => type?.startsWith("tool_search_tool") ?? false);
  // The server's search does not run here, so nothing would ever name what waits for it.
  const named = isSearched ? null : findReferences(messages);
  const late = all.filter(
    ({ isDeferred, definition }) => isDeferred && (named?.has(definition.name) ?? true),
  );
  return [...all.filter(({ isDeferred }) => !isDeferred), ...late].map(({ definition }) => definition);
}

/** Those that are left out because Anthropic's server would run them, or their clients with a schema that it knows. */
export function findSkipped({ tools }: Pick<MessagesRequest, "tools">): { type: string; at: string }[] {
  return (tools ?? []).flatMap((tool, index) => {
    const at = `tools[${index}]`;
    return toDefinition(tool, at) === null ? [{ type: tool.type ?? "custom", at }] : [];
  });
}

function toDefinition(
  { type, name, description, input_schema, strict }: Tool,
  at: string,
): ToolDefinition | null {
  if (!name || (type && type !== "custom") || (!type && !input_schema)) return null;
  return {
    name,
    description: description ?? null,
    schema: input_schema ?? null,
    strict: strict ?? false,
    at,
    schemaAt: `${at}.input_schema`,
  };
}

/** The tools that results name. */
function findReferences(messages: MessagesRequest["messages"]): Set<string> {
  const blocks = messages.flatMap(({ content }): readonly MessageBlock[] =>
    Array.isArray(content) ? content : [],
  );
  const inner = blocks.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  const named = inner.flatMap(({ type, tool_name }) =>
    type === "tool_reference" && tool_name ? [tool_name] : [],
  );
  return new Set(named);
}

export function toToolWish({ tool_choice: choice }: Pick<MessagesRequest, "tool_choice">): ToolWish {
  const disabled = choice?.disable_parallel_tool_use ?? null;
  const rest = { parallel: disabled === null ? null : !disabled, at: "tool_choice" };
  switch (choice?.type) {
    case "none":
      return { mode: "none", names: null, ...rest };
    case "any":
      return { mode: "required", names: null, ...rest };
    case "tool":
      return { mode: "required", names: choice.name ? [choice.name] : null, ...rest };
    default:
      return { mode: "auto", names: null, ...rest };
  }
}
