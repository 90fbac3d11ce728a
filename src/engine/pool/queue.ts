import { OvError } from "../../errors.ts";

export interface QueueOptions {
  /** How many may be inside at once. */
  limit: number;
  /** How many may wait. */
  maxWaiting: number;
  /** The longest wait. */
  waitSeconds: number;
  /** Named in errors. */
  model: string;
}

/** Lets a bounded number in at once. The others wait, client after client in turn, each client's own in their order. */
export interface Queue {
  /**
   * Resolves with the function that leaves again; rejects with `queue_full`, with `queue_timeout`, or with the signal's
   * reason when it aborts first.
   */
  enter(client: string, signal: AbortSignal): Promise<() => void>;
  readonly running: number;
  readonly waiting: number;
}

interface Waiter {
  client: string;
  admit: () => void;
  refuse: (error: unknown) => void;
}

/**
 * With a full line the client that has the most in it loses its newest one to a client that has fewer: one client
 * alone can neither hold up the others nor lock them out.
 */
export function createQueue({ limit, maxWaiting, waitSeconds, model }: QueueOptions): Queue {
  let running = 0;
  let waiting = 0;
  /** In the order of their turns; no client's line is empty. */
  const lines = new Map<string, Waiter[]>();

  function leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      running -= 1;
      admitNext();
    };
  }

  function admitNext(): void {
    const [next] = lines.values();
    const waiter = next?.[0];
    if (!next || !waiter) return;
    // The client's next turn comes after everyone else's.
    lines.delete(waiter.client);
    lines.set(waiter.client, next);
    remove(waiter);
    running += 1;
    waiter.admit();
  }

  function remove(waiter: Waiter): void {
    const line = lines.get(waiter.client) ?? [];
    line.splice(line.indexOf(waiter), 1);
    if (line.length === 0) lines.delete(waiter.client);
    waiting -= 1;
  }

  function full(): OvError {
    const counts = `${running} requests run and ${waiting} wait, which is its limit`;
    const message = `Model "${model}" is busy: ${counts}. Try again later or raise OV_MAX_QUEUE.`;
    return new OvError("queue_full", message, { retryAfterSeconds: 5 });
  }

  function makeRoomFor(client: string): void {
    if (waiting < maxWaiting) return;
    const own = lines.get(client)?.length ?? 0;
    const longest = [...lines.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
    if (longest.length <= own + 1) throw full();
    longest.at(-1)?.refuse(full());
  }

  function wait(client: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      };
      const waiter: Waiter = {
        client,
        admit() {
          settle();
          resolve(leaveOnce());
        },
        refuse(error) {
          settle();
          remove(waiter);
          reject(error);
        },
      };
      const abort = () => waiter.refuse(signal.reason);
      const timer = setTimeout(() => waiter.refuse(tooLong(model, waitSeconds)), waitSeconds * 1000);
      signal.addEventListener("abort", abort, { once: true });
      lines.set(client, [...(lines.get(client) ?? []), waiter]);
      waiting += 1;
    });
  }

  return {
    async enter(client, signal) {
      signal.throwIfAborted();
      if (running < limit) {
        running += 1;
        return leaveOnce();
      }
      makeRoomFor(client);
      return wait(client, signal);
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
  const message = `Model "${model}" is busy: the request's turn did not come within ${seconds} s. Try again later or raise OV_QUEUE_SECONDS.`;
  return new OvError("queue_timeout", message, { retryAfterSeconds: 30 });
}
