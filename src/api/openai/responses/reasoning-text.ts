import type { InputItem } from "./items.ts";

const prefix = "ov-llm.";

/**
 * What `encrypted_content` is here: the text of the reasoning, which the item has anyway, in base64. Clients that let
 * nothing be stored send it back in the next request.
 */
export function packReasoning(text: string): string {
  return prefix + Buffer.from(text).toString("base64url");
}

/** The reasoning of an item that a client sends back; null: it has none that could be read. */
export function readReasoning({ content, encrypted_content, summary }: InputItem): string | null {
  const texts = Array.isArray(content) ? content.map(({ text }) => text ?? "") : [content ?? ""];
  const text = texts.join("");
  if (text !== "") return text;
  // Another server's content is its own secret.
  if (encrypted_content?.startsWith(prefix)) {
    return Buffer.from(encrypted_content.slice(prefix.length), "base64url").toString();
  }
  const summaries = (summary ?? []).map((part) => part.text ?? "").join("\n\n");
  return summaries === "" ? null : summaries;
}
