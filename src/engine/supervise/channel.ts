import { OvError } from "../../errors.ts";

/**
 * A queue between a producer that pushes and one consumer that iterates. A consumer that leaves too much waiting gets
 * `client_too_slow` instead of it: what nobody reads must not fill the memory.
 */
export interface Channel<T> extends AsyncIterable<T> {
  push(item: T): void;
  /** The consumer gets what is queued, then the end. */
  end(): void;
  /** The consumer gets what is queued, then the error; later pushes are dropped. */
  fail(error: unknown): void;
}

/** Minutes of a single answer's tokens. */
const usualMost = 10_000;

export function createChannel<T>(mostWaiting = usualMost): Channel<T> {
  const items: T[] = [];
  let closed: { error?: unknown } | undefined;
  let wake: (() => void) | undefined;

  const signal = () => {
    wake?.();
    wake = undefined;
  };
  const close = (how: { error?: unknown }) => {
    closed ??= how;
    signal();
  };

  async function* iterate(): AsyncGenerator<T> {
    while (true) {
      for (let item = items.shift(); item !== undefined; item = items.shift()) yield item;
      if (closed) {
        if ("error" in closed) throw closed.error;
        return;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    push(item) {
      if (closed) return;
      items.push(item);
      if (items.length > mostWaiting) {
        items.length = 0;
        close({
          error: new OvError("client_too_slow", "The client reads the answer too slowly; it was ended."),
        });
      }
      signal();
    },
    end: () => close({}),
    fail: (error) => close({ error }),
    [Symbol.asyncIterator]: iterate,
  };
}
