import { OvError } from "../errors.ts";
import type { Deadline } from "./deadline.ts";

export interface RunningRequest {
  /** Of the answer, `chatcmpl-…`, and of the request, `x-request-id`: either names it. */
  id: string;
  requestId: string;
  /** The name of the API key that asked. */
  key: string | undefined;
}

/** The requests that are being answered or wait for it, so that another request can end them. */
export interface RunningRequests {
  /** Knows the request until its deadline is cleared. */
  track(request: RunningRequest, deadline: Deadline): Deadline;
  /** Ends what has that id and was asked with the same key. Throws `request_not_found` when there is none. */
  cancel(id: string, key: string | undefined): void;
}

export function createRunningRequests(): RunningRequests {
  const running = new Map<RunningRequest, Deadline>();
  return {
    track(request, deadline) {
      running.set(request, deadline);
      const clear = () => {
        running.delete(request);
        deadline.clear();
      };
      return { ...deadline, clear };
    },
    cancel(id, key) {
      const found = [...running].filter(
        ([request]) => (request.id === id || request.requestId === id) && request.key === key,
      );
      if (found.length === 0) {
        const message = `No request "${id}" runs or waits: it has ended, or was asked with another API key.`;
        throw new OvError("request_not_found", message, { param: "id" });
      }
      for (const [, deadline] of found) {
        deadline.abort(
          new OvError(
            "request_cancelled",
            "The request was cancelled by POST …/cancel, as its client asked.",
          ),
        );
      }
    },
  };
}
