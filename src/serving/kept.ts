import { LRUCache } from "lru-cache";

export interface KeptOptions {
  /** How many answers; the least recently used one is dropped for a new one. */
  most: number;
  /** How many bytes of JSON all together. */
  bytes: number;
  /** How long after its last use. */
  seconds: number;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

/** Answers of one dialect, kept in memory for later requests with the same API key; a restart forgets them. */
export interface KeptAnswers<T> {
  /** False: it is too large to be kept. */
  keep(key: string | undefined, id: string, answer: T): boolean;
  /** A use: the answer is kept on. */
  find(key: string | undefined, id: string): T | undefined;
  /** False: there is none. */
  remove(key: string | undefined, id: string): boolean;
  /** All that are kept for this key; no use. */
  all(key: string | undefined): T[];
  /** Shows an answer that is still being made, as `read` returns it, until what this returns is called. */
  watch(key: string | undefined, id: string, read: () => T): () => void;
  /** What is being made under that id, as it is now. */
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
    // Else it reads the clock once in a while, by a timer.
    ttlResolution: 0,
    perf: { now },
  });
  const watched = new Map<string, () => T>();
  // No key's name can make the id of another's answer.
  const toPlace = (key: string | undefined, id: string) => JSON.stringify([key ?? null, id]);
  return {
    keep(key, id, answer) {
      const place = toPlace(key, id);
      // What nobody asks for again is forgotten here.
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
