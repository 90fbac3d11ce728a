import { startAlarm } from "../../alarm.ts";
import { OvError } from "../../errors.ts";

export interface QueueOptions {
  /** How many may run at once. */
  limit: number;
  /** How many may wait. */
  maxWaiting: number;
  /** The longest wait. */
  waitSeconds: number;
  /** Named in errors. */
  model: string;
}

/** Admits a bounded number at once. The others wait: clients take turns, and each client's own requests keep their order. */
export interface Queue {
  /**
   * Resolves with the function that frees the place; rejects with `queue_full`, with `queue_timeout`, with the error that
   * closed the queue, or with the signal's reason if it aborts first.
   */
  enter(client: string, signal: AbortSignal): Promise<() => void>;
  /** Rejects all that wait, in the order of their turns, and all that arrive later. */
  close(error: unknown): void;
  readonly running: number;
  readonly waiting: number;
}

interface Waiter {
  client: string;
  admit: () => void;
  reject: (error: unknown) => void;
}

/**
 * When the queue is full, the client with the most requests in it loses its newest one to a client with fewer: one client
 * alone can neither hold up the others nor lock them out.
 */
export function createQueue({ limit, maxWaiting, waitSeconds, model }: QueueOptions): Queue {
  let running = 0;
  let waiting = 0;
  let closed: { error: unknown } | null = null;
  /** By client, in the order of their turns; no list is empty. */
  const waiters = new Map<string, Waiter[]>();

  function leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      running -= 1;
      admitNext();
    };
  }

  function next(): Waiter | undefined {
    const [own] = waiters.values();
    return own?.[0];
  }

  function admitNext(): void {
    const waiter = next();
    if (!waiter) return;
    passTurn(waiter.client);
    remove(waiter);
    running += 1;
    waiter.admit();
  }

  /** The client's next turn comes after everyone else's. */
  function passTurn(client: string): void {
    const own = waiters.get(client) ?? [];
    waiters.delete(client);
    waiters.set(client, own);
  }

  function remove(waiter: Waiter): void {
    const own = waiters.get(waiter.client) ?? [];
    own.splice(own.indexOf(waiter), 1);
    if (own.length === 0) waiters.delete(waiter.client);
    waiting -= 1;
  }

  function full(): OvError {
    const counts = `${running} requests run and ${waiting} wait, which is the limit`;
    const message = `Model "${model}" is busy: ${counts}. Try again later or raise OV_MAX_QUEUE.`;
    return new OvError("queue_full", message, { retryAfterSeconds: 5 });
  }

  function makeRoomFor(client: string): void {
    if (waiting < maxWaiting) return;
    const own = waiters.get(client)?.length ?? 0;
    const most = [...waiters.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
    if (most.length <= own + 1) throw full();
    most.at(-1)?.reject(full());
  }

  function wait(client: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, fail) => {
      const settle = () => {
        alarm[Symbol.dispose]();
        signal.removeEventListener("abort", abort);
      };
      const waiter: Waiter = {
        client,
        admit() {
          settle();
          resolve(leaveOnce());
        },
        reject(error) {
          settle();
          remove(waiter);
          fail(error);
        },
      };
      const abort = () => waiter.reject(signal.reason);
      const alarm = startAlarm(waitSeconds * 1000, () => waiter.reject(tooLong(model, waitSeconds)));
      signal.addEventListener("abort", abort, { once: true });
      waiters.set(client, [...(waiters.get(client) ?? []), waiter]);
      waiting += 1;
    });
  }

  return {
    async enter(client, signal) {
      signal.throwIfAborted();
      if (closed) throw closed.error;
      if (running < limit) {
        running += 1;
        return leaveOnce();
      }
      makeRoomFor(client);
      return wait(client, signal);
    },
    close(error) {
      closed = { error };
      for (let waiter = next(); waiter; waiter = next()) {
        passTurn(waiter.client);
        waiter.reject(error);
      }
    },
    get running() {
      return running;
    },
    get waiting() {
      return waiting;
    },
  };
}

function tooLong(model: string, seconds: number): OvError {
  const message = `Model "${model}" is busy: the request did not get its turn within ${seconds} s. Try again later or raise OV_QUEUE_SECONDS.`;
  return new OvError("queue_timeout", message, { retryAfterSeconds: 30 });
}
