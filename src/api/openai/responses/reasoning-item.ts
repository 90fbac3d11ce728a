import type { ResponseEvent } from "./events.ts";
import { addedEvent, doneEvent, type ItemPlace, type OpenItem } from "./open-item.ts";
import type { ItemStatus, ReasoningItem } from "./output-items.ts";
import { packReasoning } from "./reasoning-text.ts";

export interface ReasoningForm {
  /** The client asked for a summary. There is none but the reasoning itself, which then stands in the summary's place. */
  summary: boolean;
  /** The client asked for `reasoning.encrypted_content`. */
  packed: boolean;
}

/** What the model thinks before it answers. */
export function createReasoningItem(place: ItemPlace, form: ReasoningForm): OpenItem {
  const { id } = place;
  let text = "";
  let status: ItemStatus = "in_progress";
  const events = form.summary ? toSummaryEvents(place) : toContentEvents(place);
  const toItem = (isOpened: boolean): ReasoningItem => ({
    id,
    type: "reasoning",
    status,
    summary: form.summary && isOpened ? [{ type: "summary_text", text }] : [],
    ...(!form.summary && { content: isOpened ? [{ type: "reasoning_text", text }] : [] }),
    ...(form.packed && isOpened && { encrypted_content: packReasoning(text) }),
  });
  return {
    open: () => [addedEvent(place, toItem(false)), events.open()],
    add(delta) {
      text += delta;
      return [events.add(delta)];
    },
    close(end) {
      status = end;
      return [...events.close(text), doneEvent(place, toItem(true))];
    },
    snapshot: () => toItem(true),
  };
}

interface ReasoningEvents {
  open(): ResponseEvent;
  add(delta: string): ResponseEvent;
  close(text: string): ResponseEvent[];
}

function toContentEvents({ id, outputIndex, next }: ItemPlace): ReasoningEvents {
  const at = { item_id: id, output_index: outputIndex, content_index: 0 } as const;
  const part = (text: string) => ({ part: { type: "reasoning_text" as const, text } });
  return {
    open: () => ({ type: "response.content_part.added", sequence_number: next(), ...at, ...part("") }),
    add: (delta) => ({ type: "response.reasoning_text.delta", sequence_number: next(), ...at, delta }),
    close: (text) => [
      { type: "response.reasoning_text.done", sequence_number: next(), ...at, text },
      { type: "response.content_part.done", sequence_number: next(), ...at, ...part(text) },
    ],
  };
}

function toSummaryEvents({ id, outputIndex, next }: ItemPlace): ReasoningEvents {
  const at = { item_id: id, output_index: outputIndex, summary_index: 0 } as const;
  const part = (text: string) => ({ part: { type: "summary_text" as const, text } });
  return {
    open: () => ({
      type: "response.reasoning_summary_part.added",
      sequence_number: next(),
      ...at,
      ...part(""),
    }),
    add: (delta) => ({
      type: "response.reasoning_summary_text.delta",
      sequence_number: next(),
      ...at,
      delta,
    }),
    close: (text) => [
      { type: "response.reasoning_summary_text.done", sequence_number: next(), ...at, text },
      { type: "response.reasoning_summary_part.done", sequence_number: next(), ...at, ...part(text) },
    ],
  };
}
