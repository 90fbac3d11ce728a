import type { EndReason, Timings, Usage } from "../generate/parts.ts";

/** What the log and the metrics need to know about an answer. */
export interface AnswerObserver {
  /** The first part of the content has come. */
  firstToken(): void;
  /** The engine took a prompt. `usage`: the answer's live counts, which grow until it ends. */
  started(usage: Readonly<Usage>): void;
  /** The answer has ended, complete or not. `finish`: the finish reason of the first choice to end; null: none ended. */
  ended(usage: Usage, finish: EndReason | null): void;
}

export interface Tally {
  /** Resolves once the engine has computed the prompt, or a choice has ended without any text. */
  readonly firstText: Promise<void>;
  /** An engine gets the first choice, perhaps again after an engine has ended. */
  ask(): void;
  /** The engine took a prompt, which its choices share. */
  start(promptTokens: number, cachedTokens: number): void;
  /** `guesses`: how many tokens were guessed; all but one of the new ones were among them. */
  add(newTokens: number, reasoningTokens: number, guesses?: number): void;
  /** Notes parts of the content as they are sent; returns them. */
  see<T>(parts: T[]): T[];
  /** Notes the end of a choice; returns the usage so far, and the time that it took. */
  finish(reason: EndReason): { usage: Usage; timings: Timings };
  /** The whole answer has ended. */
  end(): void;
}

/**
 * Counts the tokens of all choices together and reports to an observer. `clock`: milliseconds, monotonic.
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
