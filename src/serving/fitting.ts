import { OvError } from "../errors.ts";
import type { Turn } from "../generate/conversation.ts";
import type { ChoicePart } from "../generate/parts.ts";
import type { TextRequest } from "../generate/request.ts";

/**
 * Answers without the oldest turns if the whole conversation does not fit the model's context. System turns and
 * the last one stay, and a result is left out with its call. Throws what `answer` throws if nothing more can be left out.
 */
export async function* answerFitting(
  request: TextRequest,
  answer: (request: TextRequest) => AsyncIterable<ChoicePart>,
): AsyncGenerator<ChoicePart> {
  for (let fitting: TextRequest | null = request; fitting !== null; ) {
    try {
      yield* answer(fitting);
      return;
    } catch (error) {
      // The error comes before the first part, so nothing has been answered yet.
      const isTooLong = error instanceof OvError && error.code === "context_length_exceeded";
      fitting = isTooLong ? leaveOldestOut(fitting) : null;
      if (fitting === null) throw error;
    }
  }
}

/** Leaves out a quarter of what can be left out; null: nothing can. */
function leaveOldestOut(request: TextRequest): TextRequest | null {
  const { turns } = request.conversation;
  const groups = toGroups(turns);
  const candidates = groups.slice(0, -1).filter(([turn]) => turn?.role !== "system");
  if (candidates.length === 0) return null;
  const left = new Set(candidates.slice(0, Math.ceil(candidates.length / 4)).flat());
  const rest = turns.filter((turn) => !left.has(turn));
  return { ...request, conversation: { ...request.conversation, turns: rest } };
}

/** A turn with the results that follow it. */
function toGroups(turns: readonly Turn[]): Turn[][] {
  const groups: Turn[][] = [];
  for (const turn of turns) {
    const isResult = turn.parts.some(({ type }) => type === "result");
    const last = groups.at(-1);
    if (isResult && last) last.push(turn);
    else groups.push([turn]);
  }
  return groups;
}
