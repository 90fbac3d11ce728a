import { OvError } from "../../errors.ts";
import { compileSchema } from "../../grammar/json-schema/check.ts";
import type { SchemaCompiler } from "../../grammar/json-schema/compiled.ts";
import type { Widened } from "../../grammar/json-schema/enforcement.ts";
import type { TextRequest, ToolDefinition } from "../request.ts";
import type { Tool } from "./format.ts";

/** A schema that an answer may violate although it matches the grammar, so the answer has to be checked. */
export interface LooseSchema {
  /** Whose arguments it describes; null: the whole answer. */
  tool: string | null;
  schema: unknown;
  /** Never empty. */
  widened: readonly Widened[];
}

/** Which tools a request offers and how they may be called. */
export interface ToolChoice {
  /** Those that the prompt names. */
  tools: Tool[];
  /** The tools that may be called: all unless the request names some. */
  callable: Tool[];
  loose: readonly LooseSchema[];
  /** A call must be made. */
  required: boolean;
  /** More than one call may be made. */
  parallel: boolean;
  /** The field of the request that chose, for errors. */
  at: string;
}

/** A function without arguments. */
const noParameters = { type: "object", properties: {} };

/** Throws `invalid_request` or `unsupported_parameter`, naming the place, also within a strict tool's schema. */
export function toToolChoice(
  { tools: given, toolChoice }: Pick<TextRequest, "tools" | "toolChoice">,
  compile: SchemaCompiler = compileSchema,
): ToolChoice {
  const { mode, names, parallel, at } = toolChoice;
  const none: ToolChoice = { tools: [], callable: [], loose: [], required: false, parallel: false, at };
  // A model that is shown tools which it must not call is tempted to call them.
  if (mode === "none") return none;
  if (given.length === 0) {
    if (mode === "auto") return none;
    throw invalid(`"${at}" asks for a tool call, but there are no tools: send "tools".`, at);
  }
  refuseTwins(given);
  const read = given.map((tool) => toTool(tool, compile));
  const tools = read.map(({ tool }) => tool);
  return {
    tools,
    loose: read.flatMap(({ loose }) => loose ?? []),
    callable: names === null ? tools : names.map((name) => find(tools, name, at)),
    required: mode === "required",
    // A required call ends the answer, because small models would never stop.
    parallel: parallel ?? mode === "auto",
    at,
  };
}

function toTool(
  { name, description, schema, schemaAt, strict }: ToolDefinition,
  compile: SchemaCompiler,
): { tool: Tool; loose: LooseSchema | null } {
  const given = schema ?? noParameters;
  const parameters = { ...given, type: toObjectType(given.type, schemaAt, strict) };
  const { grammar, widened } = compile(parameters, schemaAt, { strict });
  return {
    tool: { name, ...(description && { description }), parameters: given, grammar },
    loose: widened.length > 0 ? { tool: name, schema: parameters, widened } : null,
  };
}

/** Arguments are an object, even if a sloppy schema does not state that. */
function toObjectType(type: unknown, schemaAt: string, strict: boolean): "object" {
  const others = ["string", "number", "integer", "boolean", "array", "null"];
  const isWrong = strict ? type !== undefined && type !== "object" : others.some((other) => other === type);
  if (!isWrong) return "object";
  const param = `${schemaAt}.type`;
  throw invalid(
    `"${param}" is ${JSON.stringify(type)}: arguments are an object, so it must be "object".`,
    param,
  );
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
