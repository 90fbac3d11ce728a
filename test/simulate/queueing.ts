/** How a router picks a box: the one with the fewest open requests that it knows of, or any. */
export type Strategy = "least-busy" | "shuffle";

export interface Fleet {
  boxes: number;
  /** Requests that a box answers at once; more wait in it. */
  slots: number;
  /** Of one answer. */
  seconds: number;
  /** Share of all slots that are in use on average. */
  load: number;
  strategy: Strategy;
  /** Proxies that each know only of their own requests; with a common Redis it is as one. */
  proxies: number;
}

export interface Outcome {
  /** Of requests, before a box has a turn for them, in seconds. */
  waitP50: number;
  waitP99: number;
  /** How far the busiest box is above an even share. */
  aboveEven: number;
}

/** `random`: numbers from 0 to 1. Requests come at random (Poisson), answers take half to one and a half times `seconds`. */
export function simulate(fleet: Fleet, requests: number, random: () => number): Outcome {
  const { boxes, slots, seconds, load, proxies } = fleet;
  const rate = (boxes * slots * load) / seconds;
  const free = Array.from({ length: boxes }, () => new Float64Array(slots));
  const open = Array.from({ length: proxies }, () => new Int32Array(boxes));
  const ends: { at: number; proxy: number; box: number }[] = [];
  const counts = new Int32Array(boxes);
  const waits: number[] = [];
  let now = 0;
  for (let index = 0; index < requests; index += 1) {
    now += -Math.log(1 - random()) / rate;
    for (let first = ends[0]; first !== undefined && first.at <= now; first = ends[0]) {
      add(open[first.proxy], first.box, -1);
      popFirst(ends);
    }
    const proxy = Math.floor(random() * proxies);
    const box = pick(fleet, open[proxy] ?? new Int32Array(boxes), random);
    const turns = free[box] ?? new Float64Array(slots);
    const turn = turns.indexOf(Math.min(...turns));
    const start = Math.max(now, turns[turn] ?? 0);
    const end = start + seconds * (0.5 + random());
    turns[turn] = end;
    waits.push(start - now);
    add(counts, box, 1);
    add(open[proxy], box, 1);
    push(ends, { at: end, proxy, box });
  }
  const sorted = waits.toSorted((one, other) => one - other);
  const read = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { waitP50: read(0.5), waitP99: read(0.99), aboveEven: (Math.max(...counts) * boxes) / requests - 1 };
}

function pick({ strategy, boxes }: Fleet, open: Int32Array, random: () => number): number {
  if (strategy === "shuffle") return Math.floor(random() * boxes);
  // As LiteLLM does: the first of the least.
  return open.indexOf(Math.min(...open));
}

function add(counts: Int32Array | undefined, index: number, value: number): void {
  if (counts !== undefined) counts[index] = (counts[index] ?? 0) + value;
}

interface Timed {
  at: number;
}

/** Into a heap by time, the earliest first. */
function push<T extends Timed>(heap: T[], item: T): void {
  let index = heap.push(item) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if ((heap[parent]?.at ?? 0) <= item.at) break;
    swap(heap, index, parent);
    index = parent;
  }
}

function popFirst<T extends Timed>(heap: T[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  let index = 0;
  for (;;) {
    const children = [2 * index + 1, 2 * index + 2].filter((child) => child < heap.length);
    const [left = 0, right = left] = children;
    if (children.length === 0) return;
    const least = (heap[right]?.at ?? 0) < (heap[left]?.at ?? 0) ? right : left;
    if ((heap[least]?.at ?? 0) >= last.at) return;
    swap(heap, index, least);
    index = least;
  }
}

function swap<T>(heap: T[], one: number, other: number): void {
  const [first, second] = [heap[one], heap[other]];
  if (first === undefined || second === undefined) return;
  heap[one] = second;
  heap[other] = first;
}
