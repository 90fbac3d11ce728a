import { OvError } from "../../errors.ts";
import { checkSchema } from "../../grammar/json-schema/check.ts";
import type { CompileSchema } from "../../grammar/json-schema/compiled.ts";
import type { TextRequest, ToolDefinition } from "../request.ts";
import type { Tool } from "./format.ts";

/** Which tools a request offers and how they may be called. */
export interface ToolChoice {
  /** Those that the prompt names. */
  tools: Tool[];
  /** Those that may be called: all of them unless the request names some. */
  callable: Tool[];
  /** A call must be made. */
  required: boolean;
  /** More than one call may be made. */
  parallel: boolean;
  /** The field of the request that chose, for errors. */
  at: string;
}

/** A function without arguments. */
const noParameters = { type: "object", properties: {} };

/** Throws `invalid_request` or `unsupported_parameter`, naming the place, also within a tool's schema. */
export function toToolChoice(
  { tools: given, toolChoice }: Pick<TextRequest, "tools" | "toolChoice">,
  compile: CompileSchema = checkSchema,
): ToolChoice {
  const { mode, names, parallel, at } = toolChoice;
  const none: ToolChoice = { tools: [], callable: [], required: false, parallel: false, at };
  // A model that is shown tools which it must not call is tempted to call them.
  if (mode === "none") return none;
  if (given.length === 0) {
    if (mode === "auto") return none;
    throw invalid(`"${at}" asks for a tool call, but there are no tools: send "tools".`, at);
  }
  refuseTwins(given);
  const tools = given.map((tool) => toTool(tool, compile));
  return {
    tools,
    callable: names === null ? tools : names.map((name) => find(tools, name, at)),
    required: mode === "required",
    // An answer that must call ends after one: small models would go on and on.
    parallel: parallel ?? mode === "auto",
    at,
  };
}

function toTool({ name, description, schema, schemaAt }: ToolDefinition, compile: CompileSchema): Tool {
  const parameters = schema ?? noParameters;
  const { type = "object" } = parameters;
  if (type !== "object") {
    const param = `${schemaAt}.type`;
    const message = `"${param}" is ${JSON.stringify(type)}: arguments are an object, so it must be "object".`;
    throw invalid(message, param);
  }
  const grammar = compile({ ...parameters, type }, schemaAt);
  return { name, ...(description && { description }), parameters, grammar };
}

function refuseTwins(tools: readonly ToolDefinition[]): void {
  const seen = new Set<string>();
  for (const { name, at } of tools) {
    if (seen.has(name)) {
      throw invalid(`There are two tools named "${name}": give each a name of its own.`, `${at}.name`);
    }
    seen.add(name);
  }
}

function find(tools: Tool[], name: string, param: string): Tool {
  const tool = tools.find((one) => one.name === name);
  if (tool) return tool;
  const known = tools.map((one) => `"${one.name}"`).join(", ");
  throw invalid(`"${param}" names the tool "${name}", but the tools are ${known}.`, param);
}

function invalid(message: string, param: string): OvError {
  return new OvError("invalid_request", message, { param });
}
