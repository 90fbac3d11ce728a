import { LRUCache } from "lru-cache";

export interface KeptOptions {
  /** How many answers; the least recently used one is dropped for a new one. */
  most: number;
  /** The most bytes of JSON in total. */
  bytes: number;
  /** How long an answer is kept after its last use. */
  seconds: number;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/** Answers of one dialect, kept in memory for later requests with the same API key; a restart forgets them. */
export interface KeptAnswers<T> {
  /** False: it is too large to be kept. */
  keep(key: string | undefined, id: string, answer: T): boolean;
  /** Returns an answer, which counts as a use. */
  find(key: string | undefined, id: string): T | undefined;
  /** Deletes an answer; false: there is none. */
  remove(key: string | undefined, id: string): boolean;
  /** All answers of this key; does not count as a use. */
  all(key: string | undefined): T[];
  /** Shows an unfinished answer, in the form that `read` returns, until the returned function is called. */
  watch(key: string | undefined, id: string, read: () => T): () => void;
  /** The present state of the unfinished answer with that id. */
  live(key: string | undefined, id: string): T | undefined;
}

export function createKeptAnswers<T extends object>({
  most,
  bytes,
  seconds,
  now = () => performance.now(),
}: KeptOptions): KeptAnswers<T> {
  const kept = new LRUCache<string, { key: string | undefined; answer: T }>({
    max: most,
    maxSize: bytes,
    sizeCalculation: ({ answer }) => Math.max(1, Buffer.byteLength(JSON.stringify(answer))),
    ttl: seconds * 1000,
    updateAgeOnGet: true,
    // Otherwise it would read the clock now and then by a timer.
    ttlResolution: 0,
    perf: { now },
  });
  const watched = new Map<string, () => T>();
  // No two keys' names can produce the same id.
  const toPlace = (key: string | undefined, id: string) => JSON.stringify([key ?? null, id]);
  return {
    keep(key, id, answer) {
      const place = toPlace(key, id);
      // Expired answers are removed here.
      kept.purgeStale();
      kept.set(place, { key, answer });
      return kept.has(place);
    },
    find: (key, id) => kept.get(toPlace(key, id))?.answer,
    remove: (key, id) => kept.delete(toPlace(key, id)),
    all: (key) => [...kept.values()].filter((one) => one.key === key).map(({ answer }) => answer),
    watch(key, id, read) {
      const place = toPlace(key, id);
      watched.set(place, read);
      return () => void watched.delete(place);
    },
    live: (key, id) => watched.get(toPlace(key, id))?.(),
  };
}
