import type { ChatCompletionRequest } from "../../api/openai/chat/request.ts";
import type { FunctionTool } from "../../api/openai/chat/tools.ts";
import { OvError } from "../../errors.ts";
import { checkSchema } from "../../grammar/json-schema/check.ts";
import type { CompileSchema } from "../../grammar/json-schema/compiled.ts";
import type { Tool } from "./format.ts";

/** What a request wants of tools. */
export interface ToolChoice {
  /** Those that the prompt names. */
  tools: Tool[];
  /** Those that may be called: all of them unless the request names some. */
  callable: Tool[];
  /** A call must be made. */
  required: boolean;
  /** More than one call may be made. */
  parallel: boolean;
  /** Asked for by the older `functions`, and answered so. */
  legacy: boolean;
}

/** A function without arguments. */
const noParameters = { type: "object", properties: {} };

const noTools: ToolChoice = { tools: [], callable: [], required: false, parallel: false, legacy: false };

/** Throws `invalid_request` or `unsupported_parameter`, naming the place, also within a tool's schema. */
export function toToolChoice(
  request: ChatCompletionRequest,
  compile: CompileSchema = checkSchema,
): ToolChoice {
  const legacy = (request.functions?.length ?? 0) > 0 && (request.tools?.length ?? 0) === 0;
  const { mode, names, param } = legacy ? readFunctionChoice(request) : readToolChoice(request);
  // A model that is told of tools which it must not call is tempted to.
  if (mode === "none") return noTools;
  const given = legacy ? (request.functions ?? []) : (request.tools ?? []).map((tool) => tool.function);
  const pathOf = (index: number) => (legacy ? `functions[${index}]` : `tools[${index}].function`);
  if (given.length === 0) {
    if (mode === "auto") return noTools;
    throw invalid(`"${param}" asks for a tool call, but there are no tools: send "tools".`, param);
  }
  refuseTwins(given, pathOf);
  const tools = given.map((tool, index) => toTool(tool, `${pathOf(index)}.parameters`, compile));
  return {
    tools,
    callable: names === null ? tools : names.map((name) => find(tools, name, param)),
    required: mode === "required",
    // Who must call ends after one: small models would go on and on.
    parallel: !legacy && (request.parallel_tool_calls ?? mode === "auto"),
    legacy,
  };
}

interface Wish {
  mode: "none" | "auto" | "required";
  /** null: any. */
  names: string[] | null;
  param: string;
}

function readToolChoice({ tool_choice }: ChatCompletionRequest): Wish {
  const param = "tool_choice";
  if (tool_choice === undefined || tool_choice === null) return { mode: "auto", names: null, param };
  if (typeof tool_choice === "string") return { mode: tool_choice, names: null, param };
  if (tool_choice.type === "function") return { mode: "required", names: [tool_choice.function.name], param };
  const { mode, tools } = tool_choice.allowed_tools;
  return { mode, names: tools.map((tool) => tool.function.name), param: `${param}.allowed_tools` };
}

function readFunctionChoice({ function_call }: ChatCompletionRequest): Wish {
  const param = "function_call";
  if (function_call === undefined || function_call === null) return { mode: "auto", names: null, param };
  if (typeof function_call === "string") return { mode: function_call, names: null, param };
  return { mode: "required", names: [function_call.name], param };
}

function toTool(
  { name, description, parameters }: FunctionTool,
  param: string,
  compile: CompileSchema,
): Tool {
  const schema = parameters ?? noParameters;
  const { type = "object" } = schema;
  if (type !== "object") {
    const message = `"${param}.type" is ${JSON.stringify(type)}: arguments are an object, so it must be "object".`;
    throw invalid(message, `${param}.type`);
  }
  const grammar = compile({ ...schema, type }, param);
  return { name, ...(description && { description }), parameters: schema, grammar };
}

function refuseTwins(functions: readonly FunctionTool[], pathOf: (index: number) => string): void {
  const names = functions.map(({ name }) => name);
  const twin = names.findIndex((name, index) => names.indexOf(name) < index);
  if (twin === -1) return;
  const message = `There are two tools named "${names[twin]}": give each a name of its own.`;
  throw invalid(message, `${pathOf(twin)}.name`);
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
