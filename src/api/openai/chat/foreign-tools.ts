import type { OvError } from "../../../errors.ts";
import { malformed, quote, unsupported } from "../../refusal.ts";
import type { ChatCompletionRequest } from "./request.ts";
import type { FunctionTool, Tool } from "./tools.ts";

export interface ReadTools {
  served: { tool: FunctionTool; at: string }[];
  /** What was left out, as a sentence for the client; null: nothing. */
  warning: string | null;
}

/**
 * The functions among a request's tools. Others, as OpenAI's own (`web_search`, `custom`), are left out where the model is
 * free to choose and functions remain; else they are refused by what they are.
 */
export function readTools({
  tools,
  tool_choice,
}: Pick<ChatCompletionRequest, "tools" | "tool_choice">): ReadTools {
  const all = (tools ?? []).map((tool, index) => ({ tool, at: `tools[${index}]` }));
  const foreign = all.filter(({ tool }) => isForeign(tool));
  const served = all.flatMap(({ tool, at }) => (isForeign(tool) ? [] : [toServed(tool, at)]));
  const [first] = foreign;
  if (!first) return { served, warning: null };
  const isFree = (tool_choice ?? "auto") === "auto" && served.length > 0;
  const isNamed = typeof tool_choice === "object" && tool_choice !== null && served.length > 0;
  if (!isFree && !isNamed && tool_choice !== "none") throw refuseForeign(first.tool, `${first.at}.type`);
  const types = [...new Set(foreign.map(({ tool }) => quote(tool.type)))].join(", ");
  return { served, warning: `Tools of the types ${types} were left out: only functions are served.` };
}

/** A choice of such a tool. */
export function refuseForeignChoice(choice: { type?: string | null }, at: string): OvError {
  return choice.type === "function" || !choice.type
    ? malformed(at, 'names no function: send `{"type": "function", "function": {"name": …}}`.')
    : refuseForeign(choice, at);
}

function isForeign({ type }: Tool): boolean {
  return typeof type === "string" && type !== "function";
}

function toServed({ function: tool }: Tool, at: string): ReadTools["served"][number] {
  if (tool) return { tool, at: `${at}.function` };
  throw malformed(`${at}.function`, "is missing: it must be an object with `name` and `parameters`.");
}

function refuseForeign({ type }: { type?: string | null }, at: string): OvError {
  const what = type === "custom" ? "takes free text" : "the server itself would have to run";
  return unsupported(
    at,
    `is ${quote(type)}, a tool that ${what}: only tools of type "function" are served. Send functions, or leave it out.`,
  );
}
