import { OvError } from "../errors.ts";
import type { ImagePart, Part, ResultPart, Role, Turn } from "./conversation.ts";
import { listImages, renderPlace } from "./images.ts";

/** A call with its result, if there is one. */
export interface AnsweredCall {
  id: string | null;
  name: string;
  /** JSON text as the client sent it. */
  arguments: string;
  result: string | null;
}

/** A unit of the prompt: a message without tools, or an assistant's with its calls and their results. */
export interface Round {
  role: Role;
  name: string | null;
  text: string;
  reasoning: string | null;
  /** In the order in which they were made, whatever the order of the results. */
  calls: AnsweredCall[];
}

/**
 * Joins calls and results: by id, without an id by name, otherwise by order. Throws `invalid_request` for a result that
 * answers no call of the message before it.
 */
export function toRounds(turns: readonly Turn[]): Round[] {
  const rounds: Round[] = [];
  const toText = createTextOf(turns);
  for (const turn of turns) {
    const results = turn.parts.filter((part) => part.type === "result");
    for (const result of results) answer(rounds.at(-1)?.calls ?? [], result, toText);
    // A turn of results alone has no text.
    if (results.length === 0 || results.length < turn.parts.length) rounds.push(toRound(turn, toText));
  }
  return rounds;
}

type TextOf = (parts: readonly Part[]) => string;

/** The text of some parts of these turns in one, with the places of images. */
function createTextOf(turns: readonly Turn[]): TextOf {
  const indexes = new Map<Part, number>(listImages(turns).map((image, index) => [image, index]));
  const toPlace = (image: ImagePart) => renderPlace(indexes.get(image) ?? -1);
  return (parts) =>
    parts
      .map((part) => (part.type === "text" ? part.text : part.type === "image" ? toPlace(part) : ""))
      .join("");
}

function toRound({ role, name, parts }: Turn, toText: TextOf): Round {
  const thoughts = parts.filter((part) => part.type === "reasoning");
  const calls = parts.filter((part) => part.type === "call");
  return {
    role,
    name,
    text: toText(parts),
    reasoning: thoughts.length === 0 ? null : thoughts.map(({ text }) => text).join(""),
    calls: calls.map((call) => ({ id: call.id, name: call.name, arguments: call.arguments, result: null })),
  };
}

function answer(calls: AnsweredCall[], result: ResultPart, toText: TextOf): void {
  const open = calls.filter((call) => call.result === null);
  const call = result.callId === null ? byName(open, result.name) : byId(open, result.callId);
  if (call === undefined) throw answersNothing(result);
  call.result = toText(result.content);
}

function byId(open: AnsweredCall[], id: string): AnsweredCall | undefined {
  return open.find((call) => call.id === id) ?? open.find((call) => call.id === null);
}

function byName(open: AnsweredCall[], name: string | null): AnsweredCall | undefined {
  return open.find((call) => call.name === name) ?? open[0];
}

function answersNothing({ at, callId }: ResultPart): OvError {
  const which = callId === null ? `"${at}" answers` : `"${at}" is "${callId}", which answers`;
  return new OvError(
    "invalid_request",
    `${which} no tool call: a result must follow the assistant message whose tool calls it answers, once for each call.`,
    { param: at },
  );
}
