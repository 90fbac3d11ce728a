import type { GenerateMessage, ReadyMessage, TokenLogprob } from "../../protocol/messages.ts";

/** What is asked of a loaded model; the host gives it its id. */
export type GenerateRequest = Omit<GenerateMessage, "type" | "id">;

export type GenerationEvent =
  /** The prompt was taken; `cachedTokens` of its `promptTokens` were in the prefix cache. */
  | { type: "started"; promptTokens: number; cachedTokens: number }
  /** New text in whole characters, maybe empty, of `tokens` new tokens. */
  | { type: "text"; text: string; tokens: number; logprobs?: TokenLogprob[] }
  | { type: "finished"; reason: "stop" | "length" };

/** A loaded model in a process of its own, of whatever kind. */
export interface Host {
  readonly ready: ReadyMessage;
  readonly pid: number;
  /** False as soon as its process is known to have ended. */
  readonly alive: boolean;
  /**
   * Runs one request. Ends after `finished`; throws an OvError when the request or the host fails, and the
   * signal's reason when it aborts. Leaving the loop early cancels the request.
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerationEvent>;
  /** Ends the process; resolves when it is gone, within a few seconds. */
  close(): Promise<void>;
  /** Resolves when the process is gone, with the reason when nobody asked it to go. */
  readonly exited: Promise<Error | null>;
}
