import { OvError } from "../errors.ts";
import { createDeadline, type Deadline } from "./deadline.ts";

export interface RunningRequest {
  /** Of the answer, `chatcmpl-…`, and of the request, `x-request-id`: either names it. */
  id: string;
  requestId: string;
  /** The name of the API key that asked. */
  key: string | undefined;
}

export interface RunBounds {
  /** The client's: aborts with an OvError. */
  signal: AbortSignal;
  seconds: number;
}

/** The requests that are being answered or wait for it, so that another request can end them. */
export interface RunningRequests {
  /** Runs the work from the first read on; its signal aborts when the client leaves, at a cancel, or when its time is up. */
  run<T>(
    request: RunningRequest,
    bounds: RunBounds,
    work: (signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncGenerator<T>;
  /** Ends what has that id and was asked with the same key. Throws `request_not_found` when there is none. */
  cancel(id: string, key: string | undefined): void;
}

export function createRunningRequests(): RunningRequests {
  const running = new Map<RunningRequest, Deadline>();
  return {
    async *run(request, { signal, seconds }, work) {
      const deadline = createDeadline(signal, seconds);
      running.set(request, deadline);
      try {
        yield* work(deadline.signal);
      } finally {
        running.delete(request);
        deadline.clear();
      }
    },
    cancel(id, key) {
      const found = [...running].filter(
        ([request]) => (request.id === id || request.requestId === id) && request.key === key,
      );
      if (found.length === 0) {
        const message = `No request "${id}" runs or waits: it has ended, or was asked with another API key.`;
        throw new OvError("request_not_found", message, { param: "id" });
      }
      const reason = "The request was cancelled by POST …/cancel.";
      for (const [, deadline] of found) deadline.abort(new OvError("request_cancelled", reason));
    },
  };
}
