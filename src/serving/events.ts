import type { ModelEvent } from "../engine/model/events.ts";
import { createChannel } from "../engine/supervise/channel.ts";

/** A request whose model is known: it waits for the model, or is being answered. */
export interface RequestStarted {
  id: string;
  method: string;
  path: string;
  /** The client's address. */
  client: string;
  /** The name of the API key. */
  key: string | undefined;
  model: string;
}

/** A request of any kind whose answer has ended. Times in seconds. */
export interface RequestFinished extends Omit<RequestStarted, "model"> {
  /** The status that the client got; for a stream, the one that it ended with. */
  status: number;
  /** A registered name; undefined if the request never named one. */
  model: string | undefined;
  stream: boolean | undefined;
  promptTokens: number | undefined;
  cachedTokens: number | undefined;
  newTokens: number | undefined;
  /** Texts that were embedded or classified, or documents that were ranked. */
  texts: number | undefined;
  /** The length of a transcribed recording. */
  audioSeconds: number | undefined;
  finish: string | undefined;
  /** A code of the error catalogue; undefined: it succeeded. */
  code: string | undefined;
  /** The name of the model that it asked for and did not get. */
  asked?: string | undefined;
  seconds: number;
  timeToFirstToken: number | undefined;
  /** A route that monitors poll every few seconds, and a successful answer. */
  quiet: boolean;
}

/** A schema has keywords that cannot be enforced while the model answers; published once for each tool. */
export interface SchemaWidened {
  model: string;
  /** null: the schema of a whole answer. */
  tool: string | null;
  /** The first places; never the schema's content there. */
  places: { at: string; keyword: string }[];
  /** The number of all places. */
  count: number;
}

/** An answer violates such a schema. */
export interface SchemaMissed {
  model: string;
  tool: string | null;
  /** The first keyword that it violates. */
  keyword: string;
}

export interface ConversionFinished {
  id: string;
  model: string;
  /** The result; `present`: nothing had to be done. */
  result: "present" | "registered" | "converted";
  /** Its name in the registry. */
  name: string;
  path: string;
  seconds: number;
}

/** All events of the server. They never contain prompts, answers or keys. */
export type ServerEvent =
  | ({ topic: "model" } & ModelEvent)
  | ({ topic: "request"; type: "started" } & RequestStarted)
  | ({ topic: "request"; type: "finished" } & RequestFinished)
  /** A problem with the model's chat template that the operator should know; once for each load. */
  | { topic: "template"; type: "warning"; model: string; warning: string }
  | ({ topic: "schema"; type: "widened" } & SchemaWidened)
  | ({ topic: "schema"; type: "missed" } & SchemaMissed)
  /** A model is pulled: fetched, converted if necessary, and registered. `model`: its name on the hub. */
  | { topic: "conversion"; type: "queued" | "started"; id: string; model: string }
  /** About once a second; `percent` of this step, null where that is not known. */
  | { topic: "conversion"; type: "progress"; id: string; model: string; step: string; percent: number | null }
  | ({ topic: "conversion"; type: "finished" } & ConversionFinished)
  | {
      topic: "conversion";
      type: "failed";
      id: string;
      model: string;
      code: string;
      message: string;
      seconds: number;
    }
  | { topic: "registry"; type: "changed"; added: string[]; changed: string[]; removed: string[] }
  /** The registry cannot be read; the models stay as they were. */
  | { topic: "registry"; type: "problem"; reason: string };

/** The last event of a stream whose reader was too slow. */
export interface DroppedEvent {
  topic: "events";
  type: "dropped";
}

export interface Events {
  publish(event: ServerEvent): void;
  /** Calls the listener with each event in order; it must not throw. Returns a function that ends this. */
  subscribe(listener: (event: ServerEvent) => void): () => void;
  /**
   * Each event from the first read on, until the signal aborts or `close` is called. A reader that falls too far behind
   * gets the waiting events and `dropped`, and nothing more.
   */
  stream(signal: AbortSignal): AsyncGenerator<ServerEvent | DroppedEvent>;
  /** Ends all streams. */
  close(): void;
  readonly subscribers: number;
}

/** One bus for the whole server. `mostWaiting`: how many events may wait for the reader of a stream. */
export function createEvents(mostWaiting = 1000): Events {
  const listeners = new Set<(event: ServerEvent) => void>();
  const closing = new AbortController();

  function subscribe(listener: (event: ServerEvent) => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  async function* stream(signal: AbortSignal): AsyncGenerator<ServerEvent | DroppedEvent> {
    const channel = createChannel<ServerEvent | DroppedEvent>();
    let waiting = 0;
    const leave = subscribe((event) => {
      waiting += 1;
      if (waiting <= mostWaiting) return channel.push(event);
      leave();
      channel.push({ topic: "events", type: "dropped" });
      channel.end();
    });
    const over = AbortSignal.any([signal, closing.signal]);
    over.addEventListener("abort", channel.end, { once: true });
    if (over.aborted) channel.end();
    try {
      for await (const event of channel) {
        waiting -= 1;
        yield event;
      }
    } finally {
      over.removeEventListener("abort", channel.end);
      leave();
    }
  }

  return {
    publish(event) {
      for (const listener of [...listeners]) listener(event);
    },
    subscribe,
    stream,
    close: () => closing.abort(),
    get subscribers() {
      return listeners.size;
    },
  };
}
