/**
 * Yields the values of several sources in the order in which they come. A source continues only once its value was taken, so
 * that nothing piles up for a slow reader. The first failure ends all. However it ends, every source is closed before
 * this generator is. `stop` must end the sources' waits.
 */
export async function* interleave<T>(
  sources: readonly AsyncIterable<T>[],
  stop: () => void,
): AsyncGenerator<T> {
  const offers: { item: T; taken: () => void }[] = [];
  let failure: { error: unknown } | undefined;
  let running = sources.length;
  let left = false;
  let news = Promise.withResolvers<void>();

  async function pump(source: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of source) {
        if (left) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        offers.push({ item, taken: resolve });
        news.resolve();
        await promise;
        if (left) return;
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      running -= 1;
      news.resolve();
    }
  }

  const pumps = sources.map(pump);
  try {
    while (true) {
      for (let offer = offers.shift(); offer; offer = offers.shift()) {
        offer.taken();
        yield offer.item;
      }
      if (failure) throw failure.error;
      if (running === 0) return;
      await news.promise;
      news = Promise.withResolvers<void>();
    }
  } finally {
    left = true;
    stop();
    for (const { taken } of offers) taken();
    await Promise.all(pumps);
  }
}
