import { createAlarm } from "../alarm.ts";
import type { StreamEvent } from "../api/dialect.ts";
import type { StreamFormat } from "../api/route.ts";
import { OvError, toOvError } from "../errors.ts";
import { renderEvent, renderKeepAlive, toStreamHeaders } from "./stream-format.ts";

export interface StreamTimes {
  /** Some clients give up on a connection that is silent for minutes, as a load or a long prefill is. */
  keepAliveSeconds: number;
  /** A client that accepts nothing for this long is ended, because what it does not read waits in memory. */
  patienceSeconds: number;
}

export interface StreamOptions extends StreamTimes {
  format: StreamFormat;
  /** The status is sent before the first event. */
  endless: boolean;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
  /** Ends the source of the events; its reason is the error. */
  abort: (reason: OvError) => void;
  renderError: (error: OvError) => StreamEvent;
  /** Sent after a silence; undefined: the format's filler. */
  keepAlive: StreamEvent | undefined;
  /** Called once when the source has ended, with the error that ended it or null. */
  onEnd: (failure: OvError | null) => void;
}

/**
 * Answers with the events as they come, each pulled only when the client has accepted the previous one. A failure before
 * the first event is thrown, so that it becomes an HTTP error, unless that takes long: then the stream starts, and
 * reports the failure itself.
 */
export async function openStream(
  events: AsyncGenerator<StreamEvent>,
  options: StreamOptions,
): Promise<Response> {
  const sender = createSender(events, options);
  const isEarly = !(await sender.start());
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => sender.open(controller, isEarly),
      pull: sender.sendNext,
      cancel: sender.leave,
    },
    // Nothing is produced in advance: with this, Bun pulls only when the socket accepts more.
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: toStreamHeaders(options.format) });
}

type Controller = ReadableStreamDefaultController<Uint8Array>;
type Next = IteratorResult<StreamEvent>;

function createSender(events: AsyncGenerator<StreamEvent>, options: StreamOptions) {
  const { format, signal, keepAliveSeconds, patienceSeconds } = options;
  const comment = renderKeepAlive(format, options.keepAlive);
  const encoder = new TextEncoder();
  /** Pulled from the source, but not sent yet. */
  let next: Promise<Next> | undefined;
  let over = false;
  let onSilence = () => {};
  const silence = createAlarm(keepAliveSeconds * 1000, () => onSilence());
  const patience = createAlarm(patienceSeconds * 1000, loseWithSlowClient);
  let body: Controller | undefined;

  /** The next event; undefined if none comes for a while. */
  async function wait(): Promise<Next | undefined> {
    next ??= events.next();
    const { promise, resolve, reject } = Promise.withResolvers<Next | undefined>();
    onSilence = () => resolve(undefined);
    silence.set();
    next.then(resolve, reject);
    try {
      return await promise;
    } finally {
      silence.clear();
    }
  }

  function send(controller: Controller, text: string): void {
    controller.enqueue(encoder.encode(text));
    body = controller;
    patience.set();
  }

  function loseWithSlowClient(): void {
    const message = `The client read nothing for ${patienceSeconds} s, and its answer was ended.`;
    const reason = new OvError("client_too_slow", message);
    body?.error(reason);
    void giveUp(reason);
  }

  /** Ends the stream; called last. */
  function end(failure: OvError | null): void {
    over = true;
    silence[Symbol.dispose]();
    patience[Symbol.dispose]();
    signal.removeEventListener("abort", leave);
    options.onEnd(failure);
  }

  /** Ends a stream that is no longer read. */
  async function giveUp(reason: OvError): Promise<void> {
    if (over) return;
    over = true;
    options.abort(reason);
    await events.return(undefined).catch(() => {});
    end(reason);
  }

  function leave(): Promise<void> {
    return giveUp(new OvError("client_closed_request", "The client closed the connection."));
  }

  async function forward(controller: Controller): Promise<void> {
    const found = await wait();
    if (over) return;
    if (found === undefined) return send(controller, comment);
    next = undefined;
    if (!found.done) return send(controller, renderEvent(format, found.value));
    end(null);
    controller.close();
  }

  function fail(controller: Controller, error: unknown): void {
    if (over) return;
    const failure = toOvError(error);
    // After a 200 only the stream itself can report it.
    if (failure.code !== "client_closed_request") {
      send(controller, renderEvent(format, options.renderError(failure)));
    }
    end(failure);
    controller.close();
  }

  return {
    /** Waits for the first event until a keep-alive is due; returns whether it came, and throws an earlier failure. */
    async start(): Promise<boolean> {
      if (!options.endless) return (await wait()) !== undefined;
      next = events.next();
      // Whatever waits for it reports its failure; after a client has left, nothing does.
      next.catch(() => {});
      return false;
    },
    /** `isEarly`: no event has come yet, but the headers must be sent, which needs a first byte. */
    open(controller: Controller, isEarly: boolean): void {
      signal.addEventListener("abort", leave, { once: true });
      if (isEarly) send(controller, comment);
    },
    async sendNext(controller: Controller): Promise<void> {
      patience.clear();
      await forward(controller).catch((error: unknown) => fail(controller, error));
    },
    leave,
  };
}
