import type { EndReason, Usage } from "../generate/parts.ts";

/** What a log or a metric wants to know of an answer. */
export interface AnswerObserver {
  /** The first part of the content is there. */
  firstToken(): void;
  /** The answer is over, whole or not. `finish`: why the first choice that ended did; null: none did. */
  ended(usage: Usage, finish: EndReason | null): void;
}

export interface Tally {
  /** Resolves once the engine has computed the prompt, or a choice has ended without any text. */
  readonly firstText: Promise<void>;
  /** The engine took a prompt, which its choices share. */
  start(promptTokens: number, cachedTokens: number): void;
  add(newTokens: number, reasoningTokens: number): void;
  /** Parts of the content, as they go out; returns them. */
  see<T>(parts: T[]): T[];
  /** A choice ended; returns the usage up to now. */
  finish(reason: EndReason): Usage;
  /** The whole answer is over. */
  end(): void;
}

/** Counts the tokens of all choices together, and reports what an observer waits for. */
export function createTally(observer: AnswerObserver | undefined): Tally {
  const usage: Usage = { promptTokens: 0, cachedTokens: 0, newTokens: 0, reasoningTokens: 0 };
  const firstText = Promise.withResolvers<void>();
  let finish: EndReason | null = null;
  let seen = false;
  return {
    firstText: firstText.promise,
    start(promptTokens, cachedTokens) {
      usage.promptTokens += promptTokens;
      usage.cachedTokens += cachedTokens;
    },
    add(newTokens, reasoningTokens) {
      firstText.resolve();
      usage.newTokens += newTokens;
      usage.reasoningTokens += reasoningTokens;
    },
    see(parts) {
      if (parts.length > 0 && !seen) {
        seen = true;
        observer?.firstToken();
      }
      return parts;
    },
    finish(reason) {
      firstText.resolve();
      finish ??= reason;
      return { ...usage };
    },
    end() {
      observer?.ended({ ...usage }, finish);
    },
  };
}
