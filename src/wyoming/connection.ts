import { createEventReader, renderEvent } from "./events.ts";
import type { Session } from "./session.ts";

/** What a connection needs from its socket. */
export interface Wire {
  /** Returns how many bytes it accepted. */
  write(bytes: Uint8Array): number;
  /** Closes it now. */
  terminate(): void;
  /** Reports a silence of that many seconds; 0: never. */
  timeout(seconds: number): void;
}

export interface ConnectionOptions {
  createSession: (send: (type: string, data: object) => void) => Session;
  /** Bytes that may wait while an event is answered. */
  mostWaiting: number;
  /** How long a client may be silent while it is not being answered. */
  idleSeconds: number;
}

/** One client's bytes, both ways. */
export interface Connection {
  /** Bytes that came. */
  take(bytes: Uint8Array): void;
  /** The socket accepts more. */
  flush(): void;
  /** The client has left. */
  close(): void;
}

/** Bytes that are parsed before others get their turn: a few hundred of the smallest events. */
const sliceBytes = 16 * 1024;
/** Milliseconds of work before others get their turn. */
const turn = 10;
/** Answers that a client may leave unread; one is some hundred bytes. */
const mostUnsent = 2 ** 20;

/**
 * Answers events in their order. A client that breaks the protocol, sends more than the limit at once or reads no answers
 * is closed.
 */
export function createConnection(wire: Wire, options: ConnectionOptions): Connection {
  const read = createEventReader();
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let unsent: Uint8Array[] = [];
  let unsentBytes = 0;
  let isWorking = false;
  let isOpen = true;

  function flush(): void {
    for (let first = unsent[0]; first !== undefined; first = unsent[0]) {
      const sent = Math.max(0, wire.write(first));
      unsentBytes -= sent;
      if (sent < first.byteLength) {
        unsent[0] = first.subarray(sent);
        return;
      }
      unsent.shift();
    }
  }

  function send(type: string, data: object): void {
    if (!isOpen) return;
    const bytes = renderEvent(type, data);
    unsent.push(bytes);
    unsentBytes += bytes.byteLength;
    flush();
    if (unsentBytes > mostUnsent) drop();
  }

  const session = options.createSession(send);

  function close(): void {
    isOpen = false;
    waiting = [];
    unsent = [];
    session.end();
  }

  function drop(): void {
    close();
    wire.terminate();
  }

  async function work(): Promise<void> {
    let since = performance.now();
    for (let bytes = waiting.shift(); bytes !== undefined; bytes = waiting.shift()) {
      for (let at = 0; isOpen && at < bytes.byteLength; at += sliceBytes) {
        for (const event of read(bytes.subarray(at, at + sliceBytes))) {
          if (isOpen) await session.take(event);
          if (performance.now() - since < turn) continue;
          await new Promise((resolve) => setImmediate(resolve));
          since = performance.now();
        }
      }
      waitingBytes -= bytes.byteLength;
    }
  }

  async function workUntilDone(): Promise<void> {
    isWorking = true;
    wire.timeout(0);
    try {
      await work();
    } catch {
      // It breaks the protocol, so the start of the next event is unknown.
      if (isOpen) drop();
    }
    isWorking = false;
    if (isOpen) wire.timeout(options.idleSeconds);
  }

  return {
    take(bytes) {
      if (!isOpen) return;
      waiting.push(bytes);
      waitingBytes += bytes.byteLength;
      if (waitingBytes > options.mostWaiting) drop();
      else if (!isWorking) void workUntilDone();
    },
    flush,
    close,
  };
}
