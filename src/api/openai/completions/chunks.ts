import type { ChoicePart } from "../../../generate/parts.ts";
import type { StreamEvent } from "../../dialect.ts";
import { toUsage, type Usage } from "../usage.ts";
import { type AnswerOptions, type CompletionHead, toFinishReason } from "./completion.ts";
import { createTokenPlaces, type TokenPlaces } from "./logprobs.ts";
import type { TextCompletionChunk } from "./response.ts";

type ChunkChoice = TextCompletionChunk["choices"][number];

/** The answer as the data of server-sent events, `[DONE]` the last; a failure is thrown. */
export async function* toChunkEvents(
  parts: AsyncIterable<ChoicePart>,
  head: CompletionHead,
  options: AnswerOptions,
): AsyncGenerator<StreamEvent> {
  let fingerprint = "";
  let usage: Usage | undefined;
  const toChoice = createChunkChoices(options);
  // Null in all but the last chunk where the client asked for it, else absent.
  const noUsage = options.includeUsage ? { usage: null } : {};
  const toChunk = (choices: ChunkChoice[], extra: { usage?: Usage | null }): TextCompletionChunk => ({
    id: head.id,
    object: "text_completion",
    created: head.created,
    model: head.model,
    system_fingerprint: fingerprint,
    choices,
    ...extra,
  });
  for await (const choicePart of parts) {
    const { part } = choicePart;
    if (part.type === "start") fingerprint = part.fingerprint;
    if (part.type === "end") usage = toUsage(part.usage);
    const choice = toChoice(choicePart);
    if (choice) yield { data: JSON.stringify(toChunk([choice], noUsage)) };
  }
  if (options.includeUsage && usage) yield { data: JSON.stringify(toChunk([], { usage })) };
  yield { data: "[DONE]" };
}

/** Makes a part a chunk's choice; null: OpenAI has none for it. */
function createChunkChoices(options: AnswerOptions): (choicePart: ChoicePart) => ChunkChoice | null {
  const places = new Map<number, TokenPlaces>();
  const placesOf = (index: number) => {
    const own = places.get(index) ?? createTokenPlaces();
    places.set(index, own);
    return own;
  };
  return ({ index, part }) => {
    const none = { index, text: "", logprobs: null, finish_reason: null };
    switch (part.type) {
      case "start": {
        const text = options.echo(index);
        return text === "" ? null : { ...none, text };
      }
      case "text": {
        const logprobs = options.logprobs ? placesOf(index).push(part.text, part.logprobs) : null;
        return { ...none, text: part.text, logprobs };
      }
      case "end":
        return { ...none, finish_reason: toFinishReason(part.reason) };
      default:
        return null;
    }
  };
}
