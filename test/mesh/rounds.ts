import { boxOf, type TestProxy } from "./proxy.ts";

export interface RoundOptions {
  requests: number;
  /** How many at once. */
  streams: number;
  stream?: boolean;
  /** What happens when so many answers are over. */
  at?: Readonly<Record<number, () => void>>;
}

export interface Round {
  /** Whole answers by box. */
  boxes: Record<string, number>;
  /** What went wrong, one text for each request that got no whole answer. */
  lost: string[];
  seconds: number;
  /** Of the middle request, and of the slowest but one in a hundred. */
  p50: number;
  p99: number;
}

/** Asks the proxy for answers of 24 tokens and counts who gave them. */
export async function runRound(proxy: TestProxy, options: RoundOptions): Promise<Round> {
  const { requests, streams, stream = false, at = {} } = options;
  const boxes: Record<string, number> = {};
  const lost: string[] = [];
  const times: number[] = [];
  let started = 0;

  async function ask(index: number): Promise<void> {
    const start = performance.now();
    const messages = [{ role: "user", content: `Question ${index}: name a colour.` }];
    const body = { model: "smol", max_tokens: 24, ignore_eos: true, stream, messages };
    try {
      const answer = await proxy.send("/v1/chat/completions", body);
      const text = await answer.text();
      const isWhole = answer.ok && text.includes('"finish_reason":"length"') && !text.includes('"error"');
      if (isWhole) boxes[boxOf(answer)] = (boxes[boxOf(answer)] ?? 0) + 1;
      else lost.push(`${answer.status} ${text.slice(-300)}`);
    } catch (error) {
      lost.push(String(error));
    }
    times.push((performance.now() - start) / 1000);
    at[times.length]?.();
  }

  async function keepAsking(): Promise<void> {
    while (started < requests) await ask(started++);
  }

  const start = performance.now();
  await Promise.all(Array.from({ length: streams }, keepAsking));
  const sorted = times.toSorted((one, other) => one - other);
  const read = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { boxes, lost, seconds: (performance.now() - start) / 1000, p50: read(0.5), p99: read(0.99) };
}

/** How far the busiest and the idlest of so many boxes are from an even share, at most. */
export function toSpread({ boxes }: Round, count: number): number {
  const shares = Object.values(boxes);
  const even = shares.reduce((sum, next) => sum + next, 0) / count;
  return Math.max(...shares.map((share) => Math.abs(share - even) / even), shares.length < count ? 1 : 0);
}
