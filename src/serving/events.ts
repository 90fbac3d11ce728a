import type { ModelEvent } from "../engine/model/events.ts";
import { createChannel } from "../engine/supervise/channel.ts";

/** A request whose model is known: it waits for it, or is answered. */
export interface RequestStarted {
  id: string;
  method: string;
  path: string;
  /** Address of who asks. */
  client: string;
  /** The name of the API key. */
  key: string | undefined;
  model: string;
}

/** A request whose answer is over, whatever it asked for. Times in seconds. */
export interface RequestFinished extends Omit<RequestStarted, "model"> {
  /** What the client got; for a stream, what it ended with. */
  status: number;
  /** A registered name; undefined when the request never named one. */
  model: string | undefined;
  stream: boolean | undefined;
  promptTokens: number | undefined;
  cachedTokens: number | undefined;
  newTokens: number | undefined;
  /** Texts that were embedded or classified, or documents that were ranked. */
  texts: number | undefined;
  /** Of a recording that was transcribed. */
  audioSeconds: number | undefined;
  finish: string | undefined;
  /** Of the error catalogue; undefined: it succeeded. */
  code: string | undefined;
  /** The name of the model that it asked for and did not get. */
  asked?: string | undefined;
  seconds: number;
  timeToFirstToken: number | undefined;
  /** Asked every few seconds by those who watch, and went well. */
  quiet: boolean;
}

/** A schema asks for what cannot be enforced while the model answers; published once for each tool. */
export interface SchemaWidened {
  model: string;
  /** null: the schema of a whole answer. */
  tool: string | null;
  /** The first ones; never what the schema says there. */
  places: { at: string; keyword: string }[];
  /** Of all places. */
  count: number;
}

/** An answer breaks such a schema. */
export interface SchemaMissed {
  model: string;
  tool: string | null;
  /** What it breaks first. */
  keyword: string;
}

export interface ConversionFinished {
  id: string;
  model: string;
  /** What was done: nothing where it was `present`. */
  result: "present" | "registered" | "converted";
  /** In the registry. */
  name: string;
  path: string;
  seconds: number;
}

/** Everything that happens and somebody may want to know. Never holds prompts, answers or keys. */
export type ServerEvent =
  | ({ topic: "model" } & ModelEvent)
  | ({ topic: "request"; type: "started" } & RequestStarted)
  | ({ topic: "request"; type: "finished" } & RequestFinished)
  /** Something about the model's chat template that its operator should know; once for each load. */
  | { topic: "template"; type: "warning"; model: string; warning: string }
  | ({ topic: "schema"; type: "widened" } & SchemaWidened)
  | ({ topic: "schema"; type: "missed" } & SchemaMissed)
  /** A model is pulled: fetched, made ready and registered. `model`: as the hub calls it. */
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
  /** It cannot be read; the models stay as they were. */
  | { topic: "registry"; type: "problem"; reason: string };

/** The last event of a stream whose reader was too slow. */
export interface DroppedEvent {
  topic: "events";
  type: "dropped";
}

export interface Events {
  publish(event: ServerEvent): void;
  /** Calls the listener with each event, in their order; it must not throw. Returns what ends that. */
  subscribe(listener: (event: ServerEvent) => void): () => void;
  /**
   * Each event from the first read on, until the signal aborts or `close` is called. A reader that falls too far behind
   * gets what waits for it and `dropped`, and nothing more: nobody waits for it.
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
