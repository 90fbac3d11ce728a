import type { Timings } from "../../src/api/openai/timings.ts";
import type { Usage } from "../../src/api/openai/usage.ts";
import type { Server } from "../server.ts";
import { type ChatRequest, streamAnswer } from "./answer.ts";
import type { Printer } from "./printer.ts";
import { watchWait } from "./wait.ts";

/** As far as it came. */
export interface Answer {
  text: string;
  reasoning: string;
  /** null: it did not end by itself. */
  reason: string | null;
  usage: Usage | null;
  timings: Timings | null;
  /** What broke it off, the signal's reason included. */
  failure: unknown;
}

export interface AskOptions {
  server: Server;
  request: ChatRequest;
  printer: Printer;
  signal: AbortSignal;
  /** A sentence about why nothing comes yet. */
  report: (sentence: string) => void;
}

/** Asks and prints as it comes. Whatever breaks it off is in the answer, beside what was there before; never throws. */
export async function ask({ server, request, printer, signal, report }: AskOptions): Promise<Answer> {
  const answer: Answer = {
    text: "",
    reasoning: "",
    reason: null,
    usage: null,
    timings: null,
    failure: undefined,
  };
  const started = new AbortController();
  const waiting = watchWait(server, request.model, AbortSignal.any([signal, started.signal]), report);
  try {
    for await (const piece of streamAnswer(server, request, signal)) {
      started.abort();
      if (piece.type === "text") answer.text += piece.text;
      if (piece.type === "reasoning") answer.reasoning += piece.text;
      if (piece.type === "end") Object.assign(answer, toEnd(piece));
      if (!(await printer.print(piece))) break;
    }
  } catch (error) {
    answer.failure = error;
  } finally {
    started.abort();
    await waiting;
    await printer.end();
  }
  return answer;
}

function toEnd({ reason, usage, timings }: Pick<Answer, "reason" | "usage" | "timings">) {
  return { reason, usage, timings };
}
