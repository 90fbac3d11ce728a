/** A queue between a producer that pushes and one consumer that iterates. */
export interface Channel<T> extends AsyncIterable<T> {
  push(item: T): void;
  /** The consumer gets what is queued, then the end. */
  end(): void;
  /** The consumer gets what is queued, then the error; later pushes are dropped. */
  fail(error: unknown): void;
}

/** A bound, so that unread items do not fill the memory. */
export interface ChannelBound {
  /** How many items may wait. */
  most: number;
  /** The error that a consumer gets if more items wait. */
  exceeded: () => Error;
}

/** Without a bound, the producer must limit itself. */
export function createChannel<T>(bound?: ChannelBound): Channel<T> {
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

  async function next(): Promise<IteratorResult<T, undefined>> {
    while (true) {
      const item = items.shift();
      if (item !== undefined) return { value: item, done: false };
      if (closed && "error" in closed) throw closed.error;
      if (closed) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    push(item) {
      if (closed) return;
      items.push(item);
      if (bound && items.length > bound.most) {
        items.length = 0;
        close({ error: bound.exceeded() });
      }
      signal();
    },
    end: () => close({}),
    fail: (error) => close({ error }),
    [Symbol.asyncIterator]: () => ({ next }),
  };
}
