import type { RequestStarted } from "./events.ts";

/** A request whose model is known and whose answer has not ended, in its present state. */
export interface OpenRequest extends RequestStarted {
  /** Undefined until the engine has taken the prompt. */
  promptTokens: number | undefined;
  cachedTokens: number | undefined;
  newTokens: number | undefined;
  /** The time since it arrived. */
  seconds: number;
  timeToFirstToken: number | undefined;
}

/** The running and waiting requests. Two may have the same id, because clients choose it. */
export interface OpenRequests {
  /** `look`: returns its present state. Returns a function that removes it. */
  add(look: () => OpenRequest): () => void;
  /** In order of arrival. */
  list(): OpenRequest[];
}

export function createOpenRequests(): OpenRequests {
  const open = new Set<() => OpenRequest>();
  return {
    add(look) {
      open.add(look);
      return () => void open.delete(look);
    },
    list: () => [...open].map((look) => look()),
  };
}
