import type { Usage } from "../../../generate/parts.ts";
import type { CreateResponseRequest } from "./request.ts";
import type { Response, ResponseUsage } from "./response.ts";

/** What is known of a response before it starts. */
export interface ResponseHead {
  id: string;
  /** Unix time in seconds. */
  createdAt: number;
  /** The registered name of the model. */
  model: string;
  body: CreateResponseRequest;
}

/** What becomes known on the way. */
export type ResponseState = Pick<
  Response,
  "status" | "output" | "error" | "incomplete_details" | "completed_at"
> & { usage: ResponseUsage | null };

export const startState: ResponseState = {
  status: "in_progress",
  output: [],
  usage: null,
  error: null,
  incomplete_details: null,
  completed_at: null,
};

/** A response with all of OpenAI's keys: what was asked is repeated, with the defaults of what was not. */
export function toResponse({ id, createdAt, model, body }: ResponseHead, state: ResponseState): Response {
  const { format } = body.text ?? {};
  return {
    id,
    object: "response",
    created_at: createdAt,
    completed_at: state.completed_at,
    status: state.status,
    error: state.error,
    incomplete_details: state.incomplete_details,
    model,
    output: state.output,
    ...(state.usage && { usage: state.usage }),
    instructions: body.instructions ?? null,
    previous_response_id: body.previous_response_id ?? null,
    tools: (body.tools ?? []).map((tool) =>
      tool.type === "function"
        ? { ...tool, parameters: tool.parameters ?? null, strict: tool.strict ?? null }
        : tool,
    ),
    tool_choice: body.tool_choice ?? "auto",
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: body.max_tool_calls ?? null,
    temperature: body.temperature ?? null,
    top_p: body.top_p ?? null,
    top_logprobs: 0,
    text: { format: format ?? { type: "text" }, verbosity: body.text?.verbosity ?? null },
    reasoning: { effort: body.reasoning?.effort ?? null, summary: body.reasoning?.summary ?? null },
    truncation: body.truncation ?? "disabled",
    metadata: body.metadata ?? {},
    store: body.store ?? true,
    background: false,
    service_tier: "default",
    prompt_cache_key: body.prompt_cache_key ?? null,
    safety_identifier: body.safety_identifier ?? null,
    ...(typeof body.user === "string" && { user: body.user }),
    access_programs: null,
  };
}

export function toResponseUsage({
  promptTokens,
  cachedTokens,
  newTokens,
  reasoningTokens,
}: Usage): ResponseUsage {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: 0 },
    output_tokens: newTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: promptTokens + newTokens,
  };
}
