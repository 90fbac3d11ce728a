import type { EndReason, Timings, Usage } from "../generate/parts.ts";

/** What a log or a metric wants to know of an answer. */
export interface AnswerObserver {
  /** The first part of the content is there. */
  firstToken(): void;
  /** The engine took a prompt. `usage`: of the answer; it grows as that does. */
  started(usage: Readonly<Usage>): void;
  /** The answer is over, whole or not. `finish`: why the first choice that ended did; null: none did. */
  ended(usage: Usage, finish: EndReason | null): void;
}

export interface Tally {
  /** Resolves once the engine has computed the prompt, or a choice has ended without any text. */
  readonly firstText: Promise<void>;
  /** The engine gets the first choice, maybe again after another one ended. */
  ask(): void;
  /** The engine took a prompt, which its choices share. */
  start(promptTokens: number, cachedTokens: number): void;
  /** `guesses`: how many tokens were guessed; all new ones but one were among them. */
  add(newTokens: number, reasoningTokens: number, guesses?: number): void;
  /** Parts of the content, as they go out; returns them. */
  see<T>(parts: T[]): T[];
  /** A choice ended; returns the usage up to now, and how long it took. */
  finish(reason: EndReason): { usage: Usage; timings: Timings };
  /** The whole answer is over. */
  end(): void;
}

/**
 * Counts the tokens of all choices together, and reports what an observer waits for. `clock`: milliseconds, monotonic.
 */
export function createTally(
  observer: AnswerObserver | undefined,
  clock: () => number = () => performance.now(),
): Tally {
  const usage: Usage = { promptTokens: 0, cachedTokens: 0, newTokens: 0, reasoningTokens: 0 };
  const firstText = Promise.withResolvers<void>();
  let finish: EndReason | null = null;
  let seen = false;
  let askedAt = clock();
  let firstTextAt: number | null = null;
  return {
    firstText: firstText.promise,
    ask() {
      askedAt = clock();
    },
    start(promptTokens, cachedTokens) {
      usage.promptTokens += promptTokens;
      usage.cachedTokens += cachedTokens;
      observer?.started(usage);
    },
    add(newTokens, reasoningTokens, guesses) {
      firstText.resolve();
      firstTextAt ??= clock();
      usage.newTokens += newTokens;
      usage.reasoningTokens += reasoningTokens;
      if (guesses !== undefined) {
        const { tokens, right } = usage.guesses ?? { tokens: 0, right: 0 };
        usage.guesses = { tokens: tokens + guesses, right: right + newTokens - 1 };
      }
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
      const first = firstTextAt ?? clock();
      const timings = { promptMs: first - askedAt, predictedMs: clock() - first };
      return { usage: { ...usage }, timings };
    },
    end() {
      observer?.ended({ ...usage }, finish);
    },
  };
}
