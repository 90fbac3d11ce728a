import { overlap } from "./stop.ts";
import type { ReasoningTags } from "./template/traits.ts";

export interface ReasoningPart {
  type: "reasoning" | "content";
  text: string;
}

/** Splits a model's text into reasoning and answer as it arrives, in pieces of any size. */
export interface ReasoningSplitter {
  push(text: string): ReasoningPart[];
  /** The text has ended: returns what was held back. */
  end(): ReasoningPart[];
  /** A call has started: open reasoning ends, and its closing tag is dropped if it still comes. */
  interrupt(): ReasoningPart[];
  /** Within reasoning that is not closed. */
  readonly thinking: boolean;
}

/** One step of a state: what is emitted, what is kept, and the next state; `null`: it waits for more. */
type Step = { part: ReasoningPart | null; rest: string; next: State } | null;
type State = (held: string, final: boolean) => Step;

/**
 * Only the start of an answer opens a block; a tag later on is content, and a closing tag without a block is dropped at
 * the start and content elsewhere. White space within a block at its start and end, and between block and answer, is
 * dropped, as vLLM and DeepSeek do. A block that is not closed is reasoning to the end.
 * `startsOpen`: the prompt has opened the block; the model may still write the tag itself.
 */
export function createReasoningSplitter({
  open,
  close,
  startsOpen,
}: ReasoningTags & { startsOpen: boolean }): ReasoningSplitter {
  const begin: State = (held, final) => {
    const text = held.trimStart();
    if (text.startsWith(open)) return { part: null, rest: text.slice(open.length), next: reasoningBegin };
    const closed = !startsOpen && text.startsWith(close);
    if (closed) return { part: null, rest: text.slice(close.length), next: contentBegin };
    const mayBeTag = open.startsWith(text) || (!startsOpen && close.startsWith(text));
    if (mayBeTag && !final) return null;
    return { part: null, rest: held, next: startsOpen ? reasoningBegin : content };
  };

  const reasoningBegin: State = (held) => {
    const text = held.trimStart();
    return text === "" ? null : { part: null, rest: text, next: reasoning };
  };

  const upToClose = (type: ReasoningPart["type"]): State => {
    const state: State = (held, final) => {
      const at = held.indexOf(close);
      if (at !== -1) {
        const part = toPart(type, held.slice(0, at).trimEnd());
        return { part, rest: held.slice(at + close.length), next: contentBegin };
      }
      const end = final ? held.length : safeLength(held, close);
      return end === 0
        ? null
        : { part: toPart(type, held.slice(0, end)), rest: held.slice(end), next: state };
    };
    return state;
  };
  const reasoning = upToClose("reasoning");
  const afterInterruption = upToClose("content");

  const contentBegin: State = (held) => {
    const text = held.trimStart();
    return text === "" ? null : { part: null, rest: text, next: content };
  };

  const content: State = (held) =>
    held === "" ? null : { part: toPart("content", held), rest: "", next: content };

  const thoughts = startsOpen ? [begin, reasoningBegin, reasoning] : [reasoningBegin, reasoning];
  return run(begin, { thoughts, afterInterruption, content });
}

interface States {
  thoughts: readonly State[];
  afterInterruption: State;
  content: State;
}

function run(begin: State, { thoughts, afterInterruption, content }: States): ReasoningSplitter {
  let held = "";
  let state = begin;
  const take = (final: boolean): ReasoningPart[] => {
    const parts: ReasoningPart[] = [];
    for (let step = state(held, final); step !== null; step = state(held, final)) {
      if (step.part) parts.push(step.part);
      held = step.rest;
      state = step.next;
    }
    return parts;
  };
  return {
    push(text) {
      held += text;
      return take(false);
    },
    end: () => take(true),
    interrupt() {
      const left = take(true);
      if (thoughts.includes(state)) state = afterInterruption;
      else if (state === begin) state = content;
      held = "";
      return left;
    },
    get thinking() {
      return thoughts.includes(state);
    },
  };
}

function toPart(type: ReasoningPart["type"], text: string): ReasoningPart | null {
  return text === "" ? null : { type, text };
}

/** How much of the text can neither be the start of the tag nor white space before it. */
function safeLength(text: string, tag: string): number {
  return text.slice(0, text.length - overlap(text, [tag])).trimEnd().length;
}
