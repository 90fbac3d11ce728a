import { OvError } from "../errors.ts";
import { createDeadline, type Deadline } from "./deadline.ts";

export interface RunningRequest {
  /** The id of the answer, `chatcmpl-…`, or of the request, `x-request-id`. */
  id: string;
  requestId: string;
  /** The name of the client's API key. */
  key: string | undefined;
}

export interface RunBounds {
  /** The client's signal; aborts with an OvError. */
  signal: AbortSignal;
  seconds: number;
}

/** The running and waiting requests, so that another request can cancel them. */
export interface RunningRequests {
  /** Starts the work at the first read; its signal aborts when the client leaves, at a cancel, or when its time is up. */
  run<T>(
    request: RunningRequest,
    bounds: RunBounds,
    work: (signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncGenerator<T>;
  /** Cancels the requests with that id and key. Throws `request_not_found` if there is none. */
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
