import { type TokenLogprobs, toTokenLogprobs } from "../chat/logprobs.ts";
import { addedEvent, doneEvent, type ItemPlace, type OpenItem } from "./open-item.ts";
import type { ItemStatus, OutputMessage, OutputText } from "./output-items.ts";

/** What the model says: a message of one part. `logprobs`: they were asked for. */
export function createMessageItem(place: ItemPlace, logprobs: boolean): OpenItem {
  const { id, outputIndex, next } = place;
  const at = { item_id: id, output_index: outputIndex, content_index: 0 } as const;
  let text = "";
  const tokens: TokenLogprobs = [];
  let status: ItemStatus = "in_progress";
  const toPart = (): OutputText => ({ type: "output_text", text, annotations: [], logprobs: [...tokens] });
  const toMessage = (content: OutputText[]): OutputMessage => ({
    id,
    type: "message",
    status,
    role: "assistant",
    content,
  });
  return {
    open: () => [
      addedEvent(place, toMessage([])),
      { type: "response.content_part.added", sequence_number: next(), ...at, part: toPart() },
    ],
    add(delta, more) {
      const added = logprobs ? toTokenLogprobs(more) : [];
      text += delta;
      tokens.push(...added);
      return [{ type: "response.output_text.delta", sequence_number: next(), ...at, delta, logprobs: added }];
    },
    close(end) {
      status = end;
      const part = toPart();
      return [
        { type: "response.output_text.done", sequence_number: next(), ...at, text, logprobs: part.logprobs },
        { type: "response.content_part.done", sequence_number: next(), ...at, part },
        doneEvent(place, toMessage([part])),
      ];
    },
    snapshot: () => toMessage([toPart()]),
  };
}
