export interface Fleet {
  boxes: number;
  /** Requests that a box answers at once. */
  slots: number;
  /** Of one answer. */
  seconds: number;
  /** Share of all slots that are in use on average. */
  load: number;
  /** Processor time that the proxy takes for a request. */
  milliseconds: number;
  /** How often it asks its cache for one. */
  cacheCalls: number;
  /** What a box and the proxy log of one. */
  logBytes: number;
}

/** What a fleet's proxy needs. */
export interface Need {
  boxes: number;
  perSecond: number;
  milliseconds: number;
  cores: number;
  /** Per second. */
  cacheCalls: number;
  /** LiteLLM writes a row of spend for each request. */
  rowsPerDay: number;
  /** In bytes. */
  logPerDay: number;
}

const day = 86_400;

export function toNeed(fleet: Fleet): Need {
  const { boxes, slots, seconds, load, milliseconds, cacheCalls, logBytes } = fleet;
  const perSecond = (boxes * slots * load) / seconds;
  return {
    boxes,
    perSecond,
    milliseconds,
    cores: (perSecond * milliseconds) / 1000,
    cacheCalls: perSecond * cacheCalls,
    rowsPerDay: perSecond * day,
    logPerDay: perSecond * day * logBytes,
  };
}
