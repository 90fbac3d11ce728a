/** Tokens per KV block (OpenVINO GenAI documentation, "KV cache"): 32 on CPU, 16 on GPU. */
const blockTokens = { cpu: 32, other: 16 };

/** Which tokens of a prompt the engine still has from before; it reports none itself. */
export interface PrefixMemory {
  /** How many of them, in whole blocks; the last token is always computed. Remembers this prompt for the next. */
  cachedTokens(ids: readonly bigint[]): number;
}

/**
 * A cache that grows as needed, which is the only one that the binding can have with prefix caching, keeps the blocks of
 * the request before and overwrites all others. `hasCache`: false without paged attention.
 */
export function createPrefixMemory(device: string, hasCache: boolean): PrefixMemory {
  const block = device === "CPU" ? blockTokens.cpu : blockTokens.other;
  let last: readonly bigint[] = [];
  return {
    cachedTokens(ids) {
      const differs = ids.findIndex((id, index) => id !== last[index]);
      const same = differs < 0 ? ids.length : differs;
      last = ids;
      return hasCache ? Math.min(Math.floor(same / block) * block, ids.length - 1) : 0;
    },
  };
}
