import { parseExactly } from "../../../json/exact.ts";
import type { Block, Delta, Message, MessageEvent } from "./response.ts";

/** The whole answer at once, put together of its events as the clients do it; throws what they throw. */
export async function collectMessage(events: AsyncIterable<MessageEvent>): Promise<Message> {
  let message: Message | undefined;
  const blocks: ReturnType<typeof createBlock>[] = [];
  for await (const event of events) {
    if (event.type === "message_start") message = event.message;
    if (event.type === "content_block_start") blocks[event.index] = createBlock(event.content_block);
    if (event.type === "content_block_delta") blocks[event.index]?.add(event.delta);
    if (event.type !== "message_delta" || message === undefined) continue;
    message = { ...message, ...event.delta, usage: { ...message.usage, ...event.usage } };
  }
  if (message === undefined) throw new TypeError("The answer ended before it had started");
  return { ...message, content: blocks.map((block) => block.build()) };
}

function createBlock(block: Block) {
  let text = "";
  let signature = "";
  return {
    add(delta: Delta): void {
      if (delta.type === "text_delta") text += delta.text;
      if (delta.type === "thinking_delta") text += delta.thinking;
      if (delta.type === "signature_delta") signature = delta.signature;
      if (delta.type === "input_json_delta") text += delta.partial_json;
    },
    build(): Block {
      if (block.type === "text") return { ...block, text };
      if (block.type === "thinking") return { ...block, thinking: text, signature };
      return { ...block, input: toInput(text) };
    },
  };
}

/** Arguments that `max_tokens` cut are no JSON: the call then has none. */
function toInput(text: string): Record<string, unknown> {
  try {
    const value = parseExactly(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
