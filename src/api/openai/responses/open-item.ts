import type { TokenLogprob } from "../../../protocol/generate.ts";
import type { ResponseEvent } from "./events.ts";
import type { ItemStatus, OutputItem } from "./output-items.ts";

/** An item of the output that is being written. Each step returns the events that report it. */
export interface OpenItem {
  open(): ResponseEvent[];
  add(text: string, logprobs: readonly TokenLogprob[]): ResponseEvent[];
  /** `incomplete`: the answer was cut within it. */
  close(status: Exclude<ItemStatus, "in_progress">): ResponseEvent[];
  /** As it is now. */
  snapshot(): OutputItem;
}

/** Where an item stands, and what numbers its events. */
export interface ItemPlace {
  id: string;
  outputIndex: number;
  /** The next sequence number of the response. */
  next: () => number;
}

export function addedEvent({ outputIndex, next }: ItemPlace, item: OutputItem): ResponseEvent {
  return { type: "response.output_item.added", sequence_number: next(), output_index: outputIndex, item };
}

export function doneEvent({ outputIndex, next }: ItemPlace, item: OutputItem): ResponseEvent {
  return { type: "response.output_item.done", sequence_number: next(), output_index: outputIndex, item };
}
