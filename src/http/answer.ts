import { toErrorBody } from "../api/openai/errors.ts";
import { OvError, toOvError } from "../errors.ts";
import type { Deadline } from "../serving/deadline.ts";
import type { RequestRecord } from "./record.ts";
import { keepAlive, renderEvent } from "./sse.ts";

/** Some clients give up on a connection that says nothing for minutes, as a load or a long prefill may. */
const keepAliveMs = 10_000;

/** The data of an event, as text. */
export interface StreamEvent {
  data: string;
}

export interface Stream {
  events: AsyncGenerator<StreamEvent>;
  record: RequestRecord;
  deadline: Deadline;
}

/**
 * The answer as server-sent events. What fails before the engine has taken the prompt is thrown, so that it
 * becomes an HTTP error; unless that takes long: then the stream starts, and reports the failure itself.
 */
export async function streamAnswer(answer: Stream): Promise<Response> {
  const { events, record, deadline } = answer;
  const first = events.next();
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, keepAliveMs);
  try {
    await Promise.race([first, timer.promise]);
  } catch (error) {
    deadline.clear();
    throw error;
  } finally {
    clearTimeout(timeout);
  }
  record.streaming = true;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => void pump(answer, first, controller),
    cancel() {
      deadline.abort(new OvError("client_closed_request", "The client closed the connection."));
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      // Else nginx holds the stream back.
      "x-accel-buffering": "no",
    },
  });
}

async function pump(
  answer: Stream,
  first: Promise<IteratorResult<StreamEvent>>,
  controller: ReadableStreamDefaultController<Uint8Array>,
): Promise<void> {
  const { events, record, deadline } = answer;
  let lastSent = performance.now();
  const encoder = new TextEncoder();
  const send = (text: string) => {
    lastSent = performance.now();
    try {
      controller.enqueue(encoder.encode(text));
    } catch {
      // The client closed the stream; its abort ends the rest.
    }
  };
  const alive = setInterval(() => {
    if (performance.now() - lastSent >= keepAliveMs * 0.9) send(keepAlive);
  }, keepAliveMs);
  let status = 200;
  try {
    for (let next = await first; !next.done; next = await events.next()) {
      send(renderEvent(next.value.data));
    }
  } catch (error) {
    const failure = toOvError(error);
    status = failure.status;
    record.code = failure.code;
    if (record.promptTokens !== undefined) record.finish = failure.code;
    // After a 200 the failure can only be reported in the stream; OpenAI's clients raise it.
    if (failure.code !== "client_closed_request") send(renderEvent(JSON.stringify(toErrorBody(failure))));
  } finally {
    clearInterval(alive);
    deadline.clear();
    record.done(status);
    closeQuietly(controller);
  }
}

function closeQuietly(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // The client closed it first.
  }
}
