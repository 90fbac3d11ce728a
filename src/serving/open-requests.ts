import type { RequestStarted } from "./events.ts";

/** A request whose model is known and whose answer is not over, as it is now. */
export interface OpenRequest extends RequestStarted {
  /** Undefined until the engine has taken the prompt. */
  promptTokens: number | undefined;
  cachedTokens: number | undefined;
  newTokens: number | undefined;
  /** Since it arrived. */
  seconds: number;
  timeToFirstToken: number | undefined;
}

/** What runs and waits, for those who watch. Two requests may have the same id, which is the client's to choose. */
export interface OpenRequests {
  /** `look`: how it is when somebody asks. Returns what removes it. */
  add(look: () => OpenRequest): () => void;
  /** In the order of their arrival. */
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
