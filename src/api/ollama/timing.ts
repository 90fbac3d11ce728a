import { Type } from "@sinclair/typebox";
import type { AnswerPart } from "../../generate/parts.ts";

/** A time as `toTime` writes it. */
export const Time = Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$" });

/** RFC 3339, as Ollama's clients parse it. */
export function toTime(date: Date): string {
  return date.toISOString();
}

/** Milliseconds, monotonic, as exact as can be: short answers take few of them. */
export type Clock = () => number;

/** Where the time of an answer went, in nanoseconds. */
export interface Durations {
  total_duration: number;
  /** Until the engine took the prompt: the load of the model and the wait for a turn. */
  load_duration: number;
  prompt_eval_duration: number;
  eval_duration: number;
}

/** Measures one answer from now on; gets each of its parts as it comes. */
export function createTiming(clock: Clock) {
  const arrived = clock();
  let taken: number | undefined;
  let first: number | undefined;
  return {
    see({ type }: AnswerPart): void {
      if (type === "start") taken ??= clock();
      else if (type !== "end") first ??= clock();
    },
    read(): Durations {
      const now = clock();
      const started = taken ?? now;
      const answering = first ?? now;
      return {
        total_duration: toNanoseconds(now - arrived),
        load_duration: toNanoseconds(started - arrived),
        prompt_eval_duration: toNanoseconds(answering - started),
        eval_duration: toNanoseconds(now - answering),
      };
    },
  };
}

export function toNanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6);
}
