import { OvError } from "../../errors.ts";
import type { Call, Turn } from "./turns.ts";

/** A call with the id that it has in the prompt, and its result if there is one. */
export interface AnsweredCall extends Call {
  id: string;
  result: Turn | null;
}

/** A turn without tools, or an assistant's with its calls and their results, in the order of the calls. */
export type Round = { turn: Turn; calls: AnsweredCall[] };

/**
 * Joins results and calls: by id, without an id by name, else by order. Throws `invalid_request` for a result that answers no call
 * of the assistant message before it.
 */
export function toRounds(turns: readonly Turn[], newId: (call: Call, count: number) => string): Round[] {
  const rounds: Round[] = [];
  let count = 0;
  for (const turn of turns) {
    if (turn.role === "tool") {
      answer(rounds.at(-1)?.calls ?? [], turn);
    } else {
      const calls = turn.calls.map((call) => ({
        ...call,
        given: call.id,
        id: newId(call, count++),
        result: null,
      }));
      rounds.push({ turn, calls });
    }
  }
  return rounds;
}

type OpenCall = AnsweredCall & { given?: string | null };

function answer(calls: OpenCall[], result: Turn): void {
  const open = calls.filter((call) => call.result === null);
  const call = result.callId === null ? byName(open, result.name) : byId(open, result.callId);
  if (call === undefined) throw answersNothing(result);
  call.result = result;
}

function byId(open: OpenCall[], id: string): OpenCall | undefined {
  return open.find(({ given }) => given === id) ?? open.find(({ given }) => !given);
}

function byName(open: OpenCall[], name: string | null): OpenCall | undefined {
  return open.find((call) => call.name === name) ?? open[0];
}

function answersNothing({ index, callId }: Turn): OvError {
  const param = callId === null ? `messages[${index}]` : `messages[${index}].tool_call_id`;
  const which = callId === null ? `"${param}"` : `"${param}" is "${callId}", which`;
  return new OvError(
    "invalid_request",
    `${which} answers no tool call: a tool message must follow the assistant message whose "tool_calls" it answers, once for each call.`,
    { param },
  );
}
