import type { MessagesRequest } from "./request.ts";

/** How a request has the model think. */
export interface Thinking {
  /** As `reasoningEffort` of a TextRequest. */
  effort: string;
  /** `hidden`: nobody asked for it, and a client may take the first block for text. */
  display: "shown" | "omitted" | "hidden";
}

/** Anthropic has words for more effort than templates know. */
const efforts: ReadonlyMap<string, string> = new Map([
  ["xhigh", "high"],
  ["max", "high"],
]);

/**
 * A model thinks only where the request has `thinking`, as in Anthropic's API; one that cannot be kept from it does so unseen.
 */
export function toThinking({
  thinking,
  output_config,
}: Pick<MessagesRequest, "thinking" | "output_config">): Thinking {
  if (!thinking || thinking.type === "disabled") return { effort: "none", display: "hidden" };
  const effort = output_config?.effort ?? "medium";
  return {
    effort: efforts.get(effort) ?? effort,
    display: thinking.display === "omitted" ? "omitted" : "shown",
  };
}

const mark = "ov1.";

/**
 * Anthropic's clients send thinking back only together with its signature. Ours holds the thinking itself where the client
 * wanted none to see, so that the model finds it again after a tool's result.
 */
export function toSignature(unseen: string): string {
  return mark + Buffer.from(unseen).toString("base64url");
}

/** The thinking in a signature; empty for one that is not ours. */
export function readSignature(signature: string): string {
  if (!signature.startsWith(mark)) return "";
  return Buffer.from(signature.slice(mark.length), "base64url").toString("utf8");
}
