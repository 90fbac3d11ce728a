import type { SamplingWishes, TextRequest } from "./request.ts";

/** The values for what a request leaves out. */
export interface RequestDefaults extends Omit<SamplingWishes, "seed"> {
  seed?: number;
  max_tokens?: number;
  stop?: readonly string[];
  reasoning_effort?: string;
  /** Becomes the system message of a conversation without one. */
  system?: string;
}

/** The request with defaults for what it leaves out. What a client sent always takes precedence. */
export function applyDefaults(request: TextRequest, defaults: RequestDefaults): TextRequest {
  const { reasoning_effort, system } = defaults;
  return {
    ...applyRawDefaults(request, defaults),
    conversation: withSystem(request.conversation, system),
    reasoningEffort: request.reasoningEffort ?? reasoning_effort ?? null,
  };
}

/** The defaults that also apply to a prompt without a chat template. */
export function applyRawDefaults<Request extends Pick<TextRequest, "sampling" | "stops" | "maxTokens">>(
  request: Request,
  { max_tokens, stop, reasoning_effort: _effort, system: _system, ...sampling }: RequestDefaults,
): Request {
  const asked = Object.entries(request.sampling).filter(([, value]) => value !== null && value !== undefined);
  return {
    ...request,
    sampling: { ...sampling, ...Object.fromEntries(asked) },
    stops: request.stops.length > 0 ? request.stops : (stop ?? []),
    maxTokens: request.maxTokens ?? max_tokens ?? null,
  };
}

function withSystem(
  conversation: TextRequest["conversation"],
  text: string | undefined,
): TextRequest["conversation"] {
  const { turns, at } = conversation;
  if (text === undefined || turns.some(({ role }) => role === "system")) return conversation;
  return { at, turns: [{ role: "system", name: null, parts: [{ type: "text", text, at }], at }, ...turns] };
}
