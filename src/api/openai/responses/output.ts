import type { ContentEvent } from "../../../generate/parts.ts";
import { createCallItem } from "./call-item.ts";
import type { ResponseEvent } from "./events.ts";
import { createMessageItem } from "./message-item.ts";
import type { ItemPlace, OpenItem } from "./open-item.ts";
import type { OutputItem } from "./output-items.ts";
import { createReasoningItem, type ReasoningForm } from "./reasoning-item.ts";
import type { ResponseTools } from "./to-tools.ts";

export interface OutputOptions {
  reasoning: ReasoningForm;
  logprobs: boolean;
  tools: Pick<ResponseTools, "offered">;
  /** Unique, without its prefix. */
  newId: () => string;
  /** The next sequence number of the response. */
  next: () => number;
}

/** Turns the parts of an answer into items, and reports each step by events. */
export interface Output {
  push(part: ContentEvent): ResponseEvent[];
  /** The answer is over; `cut`: by the bound on its tokens. */
  end(cut: boolean): ResponseEvent[];
  /** As they are now, the one that is being written included. */
  items(): OutputItem[];
}

/** What is being written, and the prefix of such an item's id. */
const prefixes = { message: "msg", reasoning: "rs", function: "fc", custom: "ctc" } as const;
type Kind = keyof typeof prefixes;

export function createOutput({ reasoning, logprobs, tools, newId, next }: OutputOptions): Output {
  const closed: OutputItem[] = [];
  let writing: { kind: Kind; item: OpenItem } | null = null;

  function close(status: "completed" | "incomplete"): ResponseEvent[] {
    if (!writing) return [];
    const { item } = writing;
    writing = null;
    const events = item.close(status);
    closed.push(item.snapshot());
    return events;
  }

  function open(kind: Kind, create: (place: ItemPlace) => OpenItem): ResponseEvent[] {
    const before = close("completed");
    const item = create({ id: `${prefixes[kind]}_${newId()}`, outputIndex: closed.length, next });
    writing = { kind, item };
    return [...before, ...item.open()];
  }

  function add(
    kind: "message" | "reasoning",
    create: (place: ItemPlace) => OpenItem,
    part: { text: string; logprobs?: Parameters<OpenItem["add"]>[1] },
  ): ResponseEvent[] {
    const opened = writing?.kind === kind ? [] : open(kind, create);
    return [...opened, ...(writing?.item.add(part.text, part.logprobs ?? []) ?? [])];
  }

  const createMessage = (place: ItemPlace) => createMessageItem(place, logprobs);

  return {
    push(part) {
      switch (part.type) {
        case "text":
          return add("message", createMessage, part);
        case "reasoning":
          return add("reasoning", (place) => createReasoningItem(place, reasoning), part);
        case "call_start": {
          const { id, name } = part;
          const tool = tools.offered.get(name) ?? { type: "function" as const, name, namespace: null };
          return open(tool.type, (place) => createCallItem(place, id, tool));
        }
        case "call_arguments":
          return writing?.item.add(part.text, []) ?? [];
        case "call_end":
          // Whether the call is whole shows with what follows.
          return [];
      }
    },
    end(cut) {
      const events = close(cut ? "incomplete" : "completed");
      const isAnswered = cut || closed.some(({ type }) => type !== "reasoning");
      // Clients look for a message also where the model had nothing to say.
      return isAnswered ? events : [...events, ...open("message", createMessage), ...close("completed")];
    },
    items: () => (writing ? [...closed, writing.item.snapshot()] : [...closed]),
  };
}
