import type { TextRequest, ToolDefinition, ToolWish } from "../../../generate/request.ts";
import { malformed, quote, refuseFields, unsupported } from "../../refusal.ts";
import { toSampling, toStops } from "../../sampling.ts";
import { toTokenLimit } from "../token-limit.ts";
import { toAnswerForm } from "./answer-form.ts";
import { readTools, refuseForeignChoice } from "./foreign-tools.ts";
import type { ChatCompletionRequest } from "./request.ts";
import { toThinkingBudget } from "./thinking-budget.ts";
import { toTurns } from "./to-turns.ts";
import type { FunctionTool } from "./tools.ts";

/**
 * What a chat request asks for. Throws `invalid_request` or `unsupported_parameter` for what OpenAI's shape can say and
 * is not served; what any dialect could ask for is checked by generate/plan.ts.
 */
export function toTextRequest(body: ChatCompletionRequest): TextRequest {
  refuseUnsupported(body);
  return {
    conversation: { turns: toTurns(body.messages), at: "messages" },
    tools: isLegacy(body)
      ? (body.functions ?? []).map((tool, index) => toDefinition(tool, `functions[${index}]`))
      : readTools(body).served.map(({ tool, at }) => toDefinition(tool, at)),
    toolChoice: isLegacy(body) ? toFunctionWish(body) : toToolWish(body),
    form: toAnswerForm(body),
    sampling: toSampling(body),
    stops: toStops(body.stop),
    maxTokens:
      toTokenLimit(body.max_completion_tokens ?? -1, "max_completion_tokens") ??
      toTokenLimit(body.max_tokens ?? -1, "max_tokens"),
    ignoreEos: body.ignore_eos ?? false,
    choices: body.n ?? 1,
    logprobs: body.logprobs ? { at: "logprobs" } : null,
    reasoningEffort: body.reasoning_effort ?? body.reasoning?.effort ?? null,
    thinkingBudget: toThinkingBudget(body),
    continueLast: toContinuation(body),
    templateVariables: body.chat_template_kwargs ?? {},
  };
}

/** The request offers the older `functions`; its calls are answered as `function_call`. */
export function isLegacy({ functions, tools }: ChatCompletionRequest): boolean {
  return (functions?.length ?? 0) > 0 && (tools?.length ?? 0) === 0;
}

const refused = {
  audio: "is not supported: models here write text only. Leave it out.",
  web_search_options: "is not supported: this server does not search the web. Leave it out.",
  chat_template: "is not supported: the model's own is used. Leave it out.",
  documents: "is not supported: put the documents into a message.",
};

/** A value that asks for nothing, such as an empty list, is fine. */
function refuseUnsupported(body: ChatCompletionRequest): void {
  refuseFields(body, refused);
  const { logit_bias, top_logprobs } = body;
  const other = body.modalities?.find((modality) => modality !== "text");
  if (other !== undefined) {
    throw unsupported("modalities", `has ${quote(other)}, but models here write text only. Leave it out.`);
  }
  if (Object.keys(logit_bias ?? {}).length > 0) {
    throw unsupported(
      "logit_bias",
      "is not supported: OpenVINO GenAI takes no biases and no logits processor. Leave it out, or use `structured_outputs`.",
    );
  }
  if ((top_logprobs ?? 0) > 0) {
    throw unsupported(
      "top_logprobs",
      "is not supported: OpenVINO GenAI gives the log probability of the chosen token alone. Leave it out, and use `logprobs`.",
    );
  }
}

/**
 * A last message of the assistant's is continued, as llama.cpp, Ollama and Anthropic do, unless the request says otherwise in vLLM's
 * words.
 */
function toContinuation(body: ChatCompletionRequest): TextRequest["continueLast"] {
  const { continue_final_message: wanted, add_generation_prompt: ownTurn } = body;
  if (wanted && ownTurn) {
    throw malformed("continue_final_message", "cannot be true together with `add_generation_prompt`.");
  }
  if (wanted) return { at: "continue_final_message" };
  if (ownTurn === false && wanted !== false) return { at: "add_generation_prompt" };
  if (wanted === false || ownTurn) return null;
  const { role, content, tool_calls, function_call } = body.messages.at(-1) ?? {};
  const calls = (tool_calls?.length ?? 0) > 0 || function_call;
  return role === "assistant" && !calls && content && content.length > 0 ? { at: "messages" } : null;
}

function toDefinition({ name, description, parameters, strict }: FunctionTool, at: string): ToolDefinition {
  return {
    name,
    description: description ?? null,
    schema: parameters ?? null,
    strict: strict ?? false,
    at,
    schemaAt: `${at}.parameters`,
  };
}

function toToolWish({ tool_choice: choice, parallel_tool_calls }: ChatCompletionRequest): ToolWish {
  const at = "tool_choice";
  const parallel = parallel_tool_calls ?? null;
  if (choice === undefined || choice === null) return { mode: "auto", names: null, parallel, at };
  if (typeof choice === "string") return { mode: choice, names: null, parallel, at };
  if ("function" in choice) return { mode: "required", names: [choice.function.name], parallel, at };
  if (!("allowed_tools" in choice)) throw refuseForeignChoice(choice, at);
  const { mode, tools } = choice.allowed_tools;
  const names = tools.flatMap((tool) => tool.function?.name ?? []);
  const [first] = tools;
  if (first && names.length === 0) throw refuseForeignChoice(first, `${at}.allowed_tools.tools[0]`);
  return { mode, names, parallel, at: `${at}.allowed_tools` };
}

/** An older answer has room for one call. */
function toFunctionWish({ function_call: choice }: ChatCompletionRequest): ToolWish {
  const rest = { parallel: false, at: "function_call" };
  if (choice === undefined || choice === null) return { mode: "auto", names: null, ...rest };
  if (typeof choice === "string") return { mode: choice, names: null, ...rest };
  return { mode: "required", names: [choice.name], ...rest };
}
