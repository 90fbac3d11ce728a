import type { StreamEvent } from "../api/dialect.ts";
import type { StreamFormat } from "../api/route.ts";
import { OvError, toOvError } from "../errors.ts";

export interface StreamTimes {
  /** Some clients give up on a connection that is silent for minutes, as a load or a long prefill is. */
  keepAliveSeconds: number;
  /** A client that takes nothing for that long is given up: what it does not read waits in memory. */
  patienceSeconds: number;
}

export interface StreamOptions extends StreamTimes {
  format: StreamFormat;
  /** The status is sent before the first event. */
  endless: boolean;
  /** Aborts when the client leaves. */
  signal: AbortSignal;
  /** Makes the source of the events end; its reason is the error. */
  abort: (reason: OvError) => void;
  renderError: (error: OvError) => StreamEvent;
  /** Called once, when the source has ended: with the error that ended it, else null. */
  onEnd: (failure: OvError | null) => void;
}

const contentTypes: Record<StreamFormat, string> = {
  sse: "text/event-stream; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
};

/** Whether an answer of that content type goes on after its headers. */
export function isStream(contentType: string | null): boolean {
  return Object.values(contentTypes).some((type) => type === contentType);
}

/** A comment: clients skip it, but see that the connection lives. NDJSON has nothing like it. */
const keepAlive: Record<StreamFormat, string | null> = { sse: ": waiting\n\n", ndjson: null };

/** Server-sent events (WHATWG HTML, section 9.2), or lines of JSON. */
export function renderEvent(format: StreamFormat, { event, data }: StreamEvent): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  if (format === "ndjson") return `${text}\n`;
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}

/**
 * Answers with the events as they come, each pulled only when the client has taken the one before. What fails before
 * the first event is thrown, so that it becomes an HTTP error; unless that takes long: then the stream starts, and
 * reports the failure itself.
 */
export async function openStream(
  events: AsyncGenerator<StreamEvent>,
  options: StreamOptions,
): Promise<Response> {
  const source = createSource(events, options);
  const isEarly = options.endless || !(await source.arrives());
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => source.open(controller, isEarly),
      pull: source.pull,
      cancel: source.leave,
    },
    // Nothing is made in advance.
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: toHeaders(options.format) });
}

/** The headers alone, for HEAD; Bun would read the whole stream for their sake. */
export function toHeaders(format: StreamFormat): Record<string, string> {
  return {
    "content-type": contentTypes[format],
    "cache-control": "no-cache",
    // Else nginx holds the stream back.
    "x-accel-buffering": "no",
  };
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

function createSource(events: AsyncGenerator<StreamEvent>, options: StreamOptions) {
  const { format, signal, keepAliveSeconds, patienceSeconds } = options;
  const encoder = new TextEncoder();
  /** Asked for, and not sent yet. */
  let next: Promise<IteratorResult<StreamEvent>> | undefined = read();
  let over = false;
  let patience: Timer | undefined;

  function read(): Promise<IteratorResult<StreamEvent>> {
    const found = events.next();
    // Its failure is reported by whoever waits for it; after a client has left, that is nobody.
    found.catch(() => {});
    return found;
  }

  const send = (controller: Controller, text: string) => controller.enqueue(encoder.encode(text));

  /** What comes next, undefined when nothing does for a while. */
  async function wait(): Promise<IteratorResult<StreamEvent> | undefined> {
    next ??= read();
    const silence = Promise.withResolvers<undefined>();
    const timer = setTimeout(silence.resolve, keepAliveSeconds * 1000);
    try {
      return await Promise.race([next, silence.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  function end(failure: OvError | null): void {
    over = true;
    clearTimeout(patience);
    signal.removeEventListener("abort", leave);
    options.onEnd(failure);
  }

  /** Ends a stream that nobody reads any more. */
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

  function expectReader(controller: Controller): void {
    patience = setTimeout(() => {
      const message = `The client read nothing for ${patienceSeconds} s, and its answer was ended.`;
      const reason = new OvError("client_too_slow", message);
      void giveUp(reason);
      controller.error(reason);
    }, patienceSeconds * 1000);
  }

  /** Sends one event. */
  async function forward(controller: Controller): Promise<void> {
    const found = await wait();
    if (over) return;
    if (found === undefined) {
      const comment = keepAlive[format];
      if (comment === null) return await forward(controller);
      send(controller, comment);
    } else if (found.done) {
      end(null);
      return controller.close();
    } else {
      next = undefined;
      send(controller, renderEvent(format, found.value));
    }
    expectReader(controller);
  }

  function fail(controller: Controller, error: unknown): void {
    if (over) return;
    const failure = toOvError(error);
    end(failure);
    // After a 200 only the stream itself can report it.
    if (failure.code !== "client_closed_request") {
      send(controller, renderEvent(format, options.renderError(failure)));
    }
    controller.close();
  }

  return {
    /** Whether the first event comes before a keep-alive is due; throws what fails before. */
    arrives: async (): Promise<boolean> => (await wait()) !== undefined,
    /** `isEarly`: nothing has come yet, but the headers must leave, which they do with the first bytes. */
    open(controller: Controller, isEarly: boolean): void {
      const comment = keepAlive[format];
      if (isEarly && comment !== null) send(controller, comment);
      signal.addEventListener("abort", leave, { once: true });
      expectReader(controller);
    },
    async pull(controller: Controller): Promise<void> {
      clearTimeout(patience);
      await forward(controller).catch((error: unknown) => fail(controller, error));
    },
    leave,
  };
}
