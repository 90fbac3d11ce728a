import {
  type CompletionHead,
  type FinishedChoice,
  type TokenCounts,
  toChunk,
  toCompletion,
  toDelta,
  toLogprobs,
  toUsage,
} from "../api/openai/chat/completion.ts";
import { createMessageBuilder } from "../api/openai/chat/message-builder.ts";
import { toErrorBody } from "../api/openai/errors.ts";
import type { ChatCompletion, ChatCompletionChunk } from "../api/openai/responses.ts";
import { OvError, toOvError } from "../errors.ts";
import type { ChoiceEvent } from "../serving/choices.ts";
import type { Deadline } from "../serving/deadline.ts";
import type { RequestRecord } from "./record.ts";
import { keepAlive, renderEvent, streamEnd } from "./sse.ts";

/** Some clients give up on a connection that says nothing for minutes, as a load or a long prefill may. */
const keepAliveMs = 10_000;

export interface Answer {
  /** Without the fingerprint, which the model's load decides. */
  head: Omit<CompletionHead, "systemFingerprint">;
  events: AsyncGenerator<ChoiceEvent>;
  counts: TokenCounts;
  choices: number;
  logprobs: boolean;
  includeUsage: boolean;
  record: RequestRecord;
  deadline: Deadline;
}

/** The whole answer at once. */
export async function collectAnswer(answer: Answer): Promise<ChatCompletion> {
  const { events, counts, record, deadline } = answer;
  const choices = Array.from({ length: answer.choices }, () => ({
    message: createMessageBuilder(),
    logprobs: toLogprobs([]),
    reason: "stop" as FinishedChoice["finishReason"],
  }));
  let systemFingerprint = "";
  let finish: string | undefined;
  try {
    for await (const event of events) {
      const choice = choices[event.index];
      if (event.type === "begun") systemFingerprint = event.fingerprint;
      if (event.type === "delta" && choice) {
        record.firstTokenAt ??= performance.now();
        choice.message.add(event.delta);
        choice.logprobs.content.push(...toLogprobs(event.logprobs).content);
      }
      if (event.type === "end" && choice) {
        choice.reason = event.reason;
        finish ??= event.reason;
      }
    }
  } finally {
    deadline.clear();
    note(answer, finish);
  }
  const finished = choices.map(({ message, logprobs, reason }) => ({
    message: message.build(),
    logprobs: answer.logprobs ? logprobs : null,
    finishReason: reason,
  }));
  return toCompletion({ ...answer.head, systemFingerprint }, finished, counts);
}

/**
 * The answer as server-sent events. What fails before the engine has taken the prompt is thrown, so that it
 * becomes an HTTP error; unless that takes long: then the stream begins, and tells the failure itself.
 */
export async function streamAnswer(answer: Answer): Promise<Response> {
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
  answer: Answer,
  first: Promise<IteratorResult<ChoiceEvent>>,
  controller: ReadableStreamDefaultController<Uint8Array>,
): Promise<void> {
  const { events, record, deadline } = answer;
  const render = createChunkRenderer(answer);
  let lastSent = performance.now();
  let reason: string | undefined;
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
      const event = next.value;
      if (event.type === "delta") record.firstTokenAt ??= performance.now();
      if (event.type === "end") reason ??= event.reason;
      send(renderEvent(render(event)));
    }
    if (answer.includeUsage) send(renderEvent(render(null)));
    send(streamEnd);
  } catch (error) {
    const failure = toOvError(error);
    status = failure.status;
    reason = failure.code;
    record.code = failure.code;
    // After a 200 the failure can only be told in the stream; OpenAI's clients raise it.
    if (failure.code !== "client_closed_request") send(renderEvent(toErrorBody(failure)));
  } finally {
    clearInterval(alive);
    deadline.clear();
    note(answer, reason);
    record.done(status);
    closeQuietly(controller);
  }
}

/** Turns events into chunks; null into the last one, with the usage. */
function createChunkRenderer({ head, includeUsage, logprobs, counts }: Answer) {
  let full: CompletionHead = { ...head, systemFingerprint: "" };
  const noUsage = includeUsage ? null : undefined;
  return (event: ChoiceEvent | null): ChatCompletionChunk => {
    if (event === null) return toChunk(full, [], toUsage(counts));
    switch (event.type) {
      case "begun":
        full = { ...head, systemFingerprint: event.fingerprint };
        return toChunk(full, [toDelta(event.index, { role: "assistant", content: "" })], noUsage);
      case "delta": {
        const tokens = logprobs ? toLogprobs(event.logprobs) : null;
        return toChunk(full, [toDelta(event.index, event.delta, tokens)], noUsage);
      }
      case "end":
        return toChunk(full, [toDelta(event.index, {}, null, event.reason)], noUsage);
    }
  };
}

function note({ record, counts }: Answer, finish: string | undefined): void {
  if (counts.prompt === 0) return;
  Object.assign(record, {
    promptTokens: counts.prompt,
    cachedTokens: counts.cached,
    newTokens: counts.completion,
    finish,
  });
}

function closeQuietly(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // The client closed it first.
  }
}
