import type { ContentEvent } from "../../../generate/parts.ts";
import type { Block, Delta, MessageEvent } from "./response.ts";
import { type Thinking, toSignature } from "./thinking.ts";

/** Writes an answer's content as the events of numbered blocks, one open at a time. */
export interface BlockWriter {
  write(part: ContentEvent): MessageEvent[];
  /** The content is over. */
  close(): MessageEvent[];
}

export function createBlockWriter(display: Thinking["display"]): BlockWriter {
  let index = -1;
  let open: Block["type"] | null = null;
  /** White space that may turn out to be all there is between two blocks. */
  let blank = "";
  /** Thinking that goes into the signature. */
  let unseen = "";

  const toDelta = (delta: Delta): MessageEvent => ({ type: "content_block_delta", index, delta });

  function close(): MessageEvent[] {
    if (open === null) return [];
    const isThinking = open === "thinking";
    open = null;
    const signature = isThinking
      ? [toDelta({ type: "signature_delta", signature: toSignature(unseen) })]
      : [];
    unseen = "";
    return [...signature, { type: "content_block_stop", index }];
  }

  function start(block: Block): MessageEvent[] {
    const before = close();
    blank = "";
    open = block.type;
    index += 1;
    return [...before, { type: "content_block_start", index, content_block: block }];
  }

  function writeText(text: string): MessageEvent[] {
    if (open === "text") return [toDelta({ type: "text_delta", text })];
    const all = blank + text;
    if (all.trim() === "") {
      blank = all;
      return [];
    }
    const started = start({ type: "text", text: "", citations: null });
    return [...started, toDelta({ type: "text_delta", text: all })];
  }

  function writeThinking(thinking: string): MessageEvent[] {
    if (display === "hidden") return [];
    const started = open === "thinking" ? [] : start({ type: "thinking", thinking: "", signature: "" });
    if (display === "shown") return [...started, toDelta({ type: "thinking_delta", thinking })];
    unseen += thinking;
    return started;
  }

  function write(part: ContentEvent): MessageEvent[] {
    switch (part.type) {
      case "text":
        return writeText(part.text);
      case "reasoning":
        return writeThinking(part.text);
      case "call_start": {
        const { id, name } = part;
        return start({ type: "tool_use", id, name, input: {}, caller: { type: "direct" } });
      }
      case "call_arguments":
        return [toDelta({ type: "input_json_delta", partial_json: part.text })];
      case "call_end":
        return close();
    }
  }

  return { write, close };
}
