import type { AnswerPart, ChoicePart } from "../../../generate/parts.ts";
import type { StreamEvent } from "../../dialect.ts";
import { type Timings, toTimings } from "../timings.ts";
import { toUsage, type Usage } from "../usage.ts";
import { type AnswerOptions, type CompletionHead, toFinishReason } from "./completion.ts";
import { toTokenLogprobs } from "./logprobs.ts";
import type { ChatCompletionChunk } from "./response.ts";

type ChunkChoice = ChatCompletionChunk["choices"][number];
type Delta = ChunkChoice["delta"];

/** The answer as the data of server-sent events, `[DONE]` the last; a failure is thrown. */
export async function* toChunkEvents(
  parts: AsyncIterable<ChoicePart>,
  head: CompletionHead,
  options: AnswerOptions,
): AsyncGenerator<StreamEvent> {
  let fingerprint = "";
  let usage: Usage | undefined;
  let timings: { timings?: Timings } = {};
  let ended = 0;
  // Null in all but the last chunk where the client asked for it, else absent.
  const noUsage = options.includeUsage ? { usage: null } : {};
  const toChunk = (
    choices: ChunkChoice[],
    extra: { usage?: Usage | null; timings?: Timings },
  ): ChatCompletionChunk => ({
    id: head.id,
    object: "chat.completion.chunk",
    created: head.created,
    model: head.model,
    system_fingerprint: fingerprint,
    choices,
    ...extra,
  });
  for await (const { index, part } of parts) {
    if (part.type === "start") fingerprint = part.fingerprint;
    if (part.type === "end") {
      ended += 1;
      usage = toUsage(part.usage);
      if (options.timings && part.timings) timings = { timings: toTimings(part.timings, part.usage) };
    }
    const isLast = ended === options.choices && !options.includeUsage;
    const choice = toChunkChoice(index, part, options);
    const extra = isLast ? { ...noUsage, ...timings } : noUsage;
    if (choice) yield { data: JSON.stringify(toChunk([choice], extra)) };
  }
  if (options.includeUsage && usage) yield { data: JSON.stringify(toChunk([], { usage, ...timings })) };
  yield { data: "[DONE]" };
}

/** null: OpenAI has no chunk for it. */
function toChunkChoice(index: number, part: AnswerPart, options: AnswerOptions): ChunkChoice | null {
  if (part.type === "start") return toChoice(index, { role: "assistant", content: "" });
  if (part.type === "end") {
    return { ...toChoice(index, {}), finish_reason: toFinishReason(part.reason, options) };
  }
  const delta = options.legacy ? toLegacyDelta(part) : toDelta(part);
  if (!delta) return null;
  if (!options.logprobs) return toChoice(index, delta);
  const content = toTokenLogprobs(part.type === "text" ? part.logprobs : []);
  return { ...toChoice(index, delta), logprobs: { content, refusal: null } };
}

function toChoice(index: number, delta: Delta): ChunkChoice {
  return { index, delta, logprobs: null, finish_reason: null };
}

/** Id, type and name come with the first piece of a call. */
function toDelta(part: AnswerPart): Delta | null {
  switch (part.type) {
    case "text":
      return { content: part.text };
    case "reasoning":
      return { reasoning_content: part.text };
    case "call_start": {
      const { call, id, name } = part;
      return { tool_calls: [{ index: call, id, type: "function", function: { name, arguments: "" } }] };
    }
    case "call_arguments":
      return { tool_calls: [{ index: part.call, function: { arguments: part.text } }] };
    default:
      return null;
  }
}

/** The older `function_call` has room for the first call only. */
function toLegacyDelta(part: AnswerPart): Delta | null {
  if (part.type === "call_start" || part.type === "call_arguments") {
    if (part.call > 0) return null;
    const name = part.type === "call_start" ? { name: part.name } : {};
    return { function_call: { ...name, arguments: part.type === "call_start" ? "" : part.text } };
  }
  return toDelta(part);
}
