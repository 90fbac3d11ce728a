import type { Host } from "../engine/supervise/types.ts";
import { toCountRequest } from "./sanity.ts";

/** How fast a model wrote one greedy answer. */
export interface Speed {
  text: string;
  tokens: number;
  first_token_ms: number;
  /** After the first token. */
  tokens_per_second: number;
}

export interface Writing {
  /** Plain text: no chat template is needed. */
  prompt: string;
  /** Written whatever the model thinks of it. */
  tokens: number;
}

/** About 100 tokens, so that computing the prompt shows. */
export const plainText = [
  "The harbour of the old town lies at the end of a long bay. In the morning the fishing boats come back, and the",
  "people of the town walk down to the quay to buy what was caught in the night. Later in the day the tide leaves",
  "the sand dry, children look for shells, and the gulls sit on the roofs and wait for the evening. When the wind",
  "turns to the north, the captains look at the sky, talk for a while, and decide whether the boats may leave.",
  "On the day on which this story starts, the oldest of the captains said:",
].join(" ");

/** `clock`: in milliseconds. Throws what keeps the host from answering. */
export async function measureWriting(
  host: Pick<Host, "run">,
  { prompt, tokens: newTokens }: Writing,
  signal: AbortSignal,
  clock: () => number,
): Promise<Speed> {
  const request = { ...toCountRequest([]), prompt, max_tokens: newTokens, ignore_eos: true };
  const started = clock();
  let first: { at: number; tokens: number } | undefined;
  let text = "";
  let tokens = 0;
  for await (const event of host.run("generate", request, signal)) {
    if (event.type !== "text") continue;
    text += event.text;
    tokens += event.tokens;
    first ??= { at: clock(), tokens };
  }
  const end = clock();
  const at = first?.at ?? end;
  const rate = ((tokens - (first?.tokens ?? 0)) * 1000) / Math.max(1, end - at);
  return { text, tokens, first_token_ms: round(at - started, 0), tokens_per_second: round(rate, 1) };
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
