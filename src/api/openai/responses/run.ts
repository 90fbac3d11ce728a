import { type OvError, toOvError } from "../../../errors.ts";
import type { ChoicePart, EndReason, Usage } from "../../../generate/parts.ts";
import type { ResponseEvent } from "./events.ts";
import { createOutput, type OutputOptions } from "./output.ts";
import type { Response } from "./response.ts";
import {
  type ResponseHead,
  type ResponseState,
  startState,
  toResponse,
  toResponseUsage,
} from "./to-response.ts";

export interface RunOptions extends Omit<OutputOptions, "next"> {
  now: () => Date;
  /** Called once, before the last event is returned: with the response as it ended. Not called when the client left. */
  onEnd: (response: Response) => void;
}

/** One response, from its first event to its last. */
export interface ResponseRun {
  /** The events, `response.completed` or `response.incomplete` the last; throws what the parts throw. */
  events(parts: AsyncIterable<ChoicePart>): AsyncGenerator<ResponseEvent>;
  /** The event that ends them after a failure. */
  toFailureEvent(error: OvError): ResponseEvent;
  /** The response as it is now. */
  snapshot(): Response;
}

export function createResponseRun(head: ResponseHead, { now, onEnd, ...options }: RunOptions): ResponseRun {
  let sequence = 0;
  const next = () => sequence++;
  const output = createOutput({ ...options, next });
  let state: ResponseState = startState;
  const snapshot = () => toResponse(head, { ...state, output: output.items() });
  const whole = <Type extends string>(type: Type) => ({
    type,
    sequence_number: next(),
    response: snapshot(),
  });

  function end(reason: EndReason, usage: Usage): ResponseEvent[] {
    const cut = reason === "length";
    const items = output.end(cut);
    state = {
      ...state,
      status: cut ? "incomplete" : "completed",
      usage: toResponseUsage(usage),
      incomplete_details: cut ? { reason: "max_output_tokens" } : null,
      completed_at: cut ? null : Math.floor(now().getTime() / 1000),
    };
    onEnd(snapshot());
    return [...items, whole(cut ? "response.incomplete" : "response.completed")];
  }

  function fail(error: OvError): void {
    if (error.code === "client_closed_request") return;
    const status = error.code === "request_cancelled" ? "cancelled" : "failed";
    state = { ...state, status, error: { code: toErrorCode(error), message: error.message } };
    // What failed before it started never was a response.
    if (sequence > 0) onEnd(snapshot());
  }

  return {
    async *events(parts) {
      try {
        for await (const { part } of parts) {
          if (part.type === "start") yield* [whole("response.created"), whole("response.in_progress")];
          else if (part.type === "end") yield* end(part.reason, part.usage);
          else yield* output.push(part);
        }
      } catch (error) {
        fail(toOvError(error));
        throw error;
      }
    },
    toFailureEvent({ code, message, param }) {
      if (sequence > 0) return whole("response.failed");
      return { type: "error", sequence_number: next(), code, message, param };
    },
    snapshot,
  };
}

/** OpenAI knows only these; the message has the reason. */
function toErrorCode({ status }: OvError): NonNullable<Response["error"]>["code"] {
  if (status === 429) return "rate_limit_exceeded";
  return status < 499 ? "invalid_prompt" : "server_error";
}
