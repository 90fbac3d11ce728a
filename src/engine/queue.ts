import { OvError } from "../errors.ts";

export interface QueueOptions {
  /** How many may be inside at once. */
  limit: number;
  /** How many may wait; one more gets `queue_full`. */
  maxWaiting: number;
  /** Named in the error. */
  model: string;
}

/** Lets a bounded number in at once, the others in order of arrival. */
export interface Queue {
  /** Resolves with the function that leaves again; rejects with the signal's reason when it aborts first. */
  enter(signal: AbortSignal): Promise<() => void>;
  readonly running: number;
  readonly waiting: number;
}

export function createQueue({ limit, maxWaiting, model }: QueueOptions): Queue {
  let running = 0;
  const waiting: (() => void)[] = [];

  function leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    };
  }

  function wait(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const abandon = () => {
        waiting.splice(waiting.indexOf(admit), 1);
        reject(signal.reason);
      };
      const admit = () => {
        signal.removeEventListener("abort", abandon);
        resolve(leaveOnce());
      };
      signal.addEventListener("abort", abandon, { once: true });
      waiting.push(admit);
    });
  }

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (running < limit) {
        running += 1;
        return leaveOnce();
      }
      if (waiting.length >= maxWaiting) {
        throw new OvError(
          "queue_full",
          `Model "${model}" is busy: ${running} requests run and ${waiting.length} wait, which is its limit. Try again later or raise OV_MAX_QUEUE.`,
          { retryAfterSeconds: 5 },
        );
      }
      return wait(signal);
    },
    get running() {
      return running;
    },
    get waiting() {
      return waiting.length;
    },
  };
}
