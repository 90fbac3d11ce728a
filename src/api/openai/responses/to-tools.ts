import type { ToolDefinition, ToolWish } from "../../../generate/request.ts";
import { malformed, quote, unsupported } from "../../refusal.ts";
import { inputName } from "./custom-input.ts";
import type { NestedTool, ResponseTool, ResponseToolChoice } from "./tools.ts";

/** A tool as the client names it. */
export interface OfferedTool {
  type: "function" | "custom";
  name: string;
  namespace: string | null;
}

export interface ResponseTools {
  definitions: ToolDefinition[];
  /** By the names that the model knows. */
  offered: ReadonlyMap<string, OfferedTool>;
  /** Those that OpenAI runs itself and nobody runs here. */
  skipped: { type: string; at: string }[];
}

/** The one name of a tool within a namespace, for models, which know no namespaces. */
export function toFlatName(name: string, namespace: string | null | undefined): string {
  if (!namespace) return name;
  return namespace.endsWith("__") ? namespace + name : `${namespace}__${name}`;
}

interface Placed {
  tool: NestedTool;
  namespace: { name: string; description: string | null } | null;
  at: string;
}

/** Throws `invalid_request` or `unsupported_parameter`; schemas are checked by generate/tools/choice.ts. */
export function toTools(tools: readonly ResponseTool[]): ResponseTools {
  const placed = tools.flatMap((tool, index) => place(tool, `tools[${index}]`));
  const isOurs = ({ tool: { type } }: Placed) => type === "function" || type === "custom";
  const definitions = placed.filter(isOurs).map(toDefinition);
  const offered = placed
    .filter(isOurs)
    .map(({ tool: { type, name }, namespace }, index): [string, OfferedTool] => [
      definitions[index]?.name ?? "",
      { type: type === "custom" ? type : "function", name: name ?? "", namespace: namespace?.name ?? null },
    ]);
  const skipped = placed.filter((one) => !isOurs(one)).map(({ tool: { type }, at }) => ({ type, at }));
  return { definitions, offered: new Map(offered), skipped };
}

function place(tool: ResponseTool, at: string): Placed[] {
  if (tool.type !== "namespace") return [{ tool, namespace: null, at }];
  const namespace = { name: toName(tool, at), description: tool.description ?? null };
  return (tool.tools ?? []).map((nested, index) => ({
    tool: nested,
    namespace,
    at: `${at}.tools[${index}]`,
  }));
}

function toName({ name }: NestedTool, at: string): string {
  if (typeof name === "string" && /^[a-zA-Z0-9_.-]{1,128}$/.test(name)) return name;
  const is = typeof name === "string" ? `is ${quote(name)}` : "is missing";
  throw malformed(`${at}.name`, `${is}: it must be 1 to 128 letters, digits, "_", "." or "-".`);
}

function toDefinition({ tool, namespace, at }: Placed): ToolDefinition {
  const { schema, schemaAt } = tool.type === "custom" ? toInputSchema(tool, at) : toParameters(tool, at);
  return {
    name: toFlatName(toName(tool, at), namespace?.name),
    description: tool.description ?? namespace?.description ?? null,
    schema,
    strict: tool.strict ?? false,
    at,
    schemaAt,
  };
}

function toParameters({ parameters }: NestedTool, at: string) {
  return { schema: parameters ?? null, schemaAt: `${at}.parameters` };
}

/** A custom tool as a function of one text. */
function toInputSchema({ format }: NestedTool, at: string) {
  const text = { type: "string", description: "The whole input of the tool, as text" };
  const wrap = (input: object) => ({
    schema: {
      type: "object",
      properties: { [inputName]: input },
      required: [inputName],
      additionalProperties: false,
    },
    schemaAt: `${at}.format`,
  });
  if (!format || format.type === "text") return wrap(text);
  if (format.type !== "grammar") {
    throw unsupported(`${at}.format.type`, `is ${quote(format.type)}, but must be "text" or "grammar".`);
  }
  if (format.syntax !== "regex") {
    const why = `is ${quote(format.syntax)}, but only "regex" is served: write the grammar as a regular expression, or use the format "text".`;
    throw unsupported(`${at}.format.syntax`, why);
  }
  if (!format.definition)
    throw malformed(`${at}.format.definition`, "is missing: it must be a regular expression.");
  return wrap({ ...text, pattern: `^(?:${format.definition})$` });
}

/** Throws `unsupported_parameter` for a choice of what nobody runs here. */
export function toToolWish(
  choice: ResponseToolChoice | null | undefined,
  parallel: boolean | null | undefined,
): ToolWish {
  const at = "tool_choice";
  const rest = { parallel: parallel ?? null, at };
  if (choice === undefined || choice === null) return { mode: "auto", names: null, ...rest };
  if (typeof choice === "string") return { mode: choice, names: null, ...rest };
  if (choice.type === "function" || choice.type === "custom") {
    return { mode: "required", names: [toChosen(choice, at)], ...rest };
  }
  if (choice.type === "allowed_tools") {
    const own = (choice.tools ?? []).filter(({ type }) =>
      ["function", "custom"].includes(type ?? "function"),
    );
    const names = own.map((tool, index) => toChosen(tool, `${at}.tools[${index}]`));
    return { mode: choice.mode ?? "auto", names, ...rest, at: `${at}.tools` };
  }
  throw unsupported(
    `${at}.type`,
    `is ${quote(choice.type)}: only "function", "custom" and "allowed_tools" are served.`,
  );
}

function toChosen(
  { name, namespace }: { name?: string | null; namespace?: string | null },
  at: string,
): string {
  if (typeof name !== "string") throw malformed(`${at}.name`, "is missing: it must be the name of a tool.");
  return toFlatName(name, namespace);
}
