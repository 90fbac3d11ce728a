/** Tokens per KV block (OpenVINO GenAI documentation, "KV cache"): 32 on CPU, 16 on GPU. */
const blockTokens = { cpu: 32, other: 16 };

/** Which tokens of a prompt the engine still has cached; it does not report that itself. */
export interface PrefixMemory {
  /** How many of them, in whole blocks; the last token is always computed. Remembers this prompt for the next. */
  cachedTokens(ids: readonly bigint[]): number;
  /** Notes that a request of that many tokens has ended, its answer included. */
  used(tokens: number): void;
}

/**
 * A cache that grows as needed, which is the only one that the binding can have with prefix caching, holds at least the
 * blocks of the largest request so far, and overwrites what was not used for longest. `hasCache`: false without paged
 * attention.
 */
export function createPrefixMemory(device: string, hasCache: boolean): PrefixMemory {
  const size = device === "CPU" ? blockTokens.cpu : blockTokens.other;
  /** Each block is identified by all tokens up to its end; the least recently used one comes first. */
  const known = new Set<bigint>();
  let capacity = 0;
  /** How many of them belong to the last prompt. */
  let own = 0;

  function toKeys(ids: readonly bigint[]): bigint[] {
    const keys: bigint[] = [];
    for (let end = size; end <= ids.length; end += size) {
      keys.push(Bun.hash.wyhash(`${keys.at(-1) ?? ""} ${ids.slice(end - size, end).join()}`));
    }
    return keys;
  }

  /** Blocks of this request whose tokens are unknown, such as those of its answer, replace others. */
  function used(tokens: number): void {
    const taken = Math.ceil(tokens / size);
    capacity = Math.max(capacity, taken);
    for (const key of known) {
      if (known.size <= capacity - (taken - own)) break;
      known.delete(key);
    }
  }

  return {
    used,
    cachedTokens(ids) {
      if (!hasCache) return 0;
      const keys = toKeys(ids);
      const missing = keys.findIndex((key) => !known.has(key));
      for (const key of keys) {
        known.delete(key);
        known.add(key);
      }
      own = keys.length;
      used(ids.length);
      return Math.min((missing < 0 ? keys.length : missing) * size, ids.length - 1);
    },
  };
}
