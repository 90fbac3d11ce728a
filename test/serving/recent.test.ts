import { describe, expect, test } from "bun:test";
import type { ServerEvent } from "../../src/serving/events.ts";
import { createRecent } from "../../src/serving/recent.ts";

const base = {
  id: "1",
  method: "POST",
  path: "/v1/chat/completions",
  client: "-",
  key: undefined,
  model: "m",
};
const started = (id: string): ServerEvent => ({ topic: "request", type: "started", ...base, id });

function finished(
  id: string,
  change: { status?: number; newTokens?: number; timeToFirstToken?: number } = {},
) {
  const unknown = {
    stream: undefined,
    promptTokens: undefined,
    cachedTokens: undefined,
    newTokens: undefined,
    texts: undefined,
    audioSeconds: undefined,
    finish: undefined,
    code: undefined,
    timeToFirstToken: undefined,
  };
  const event = { topic: "request", type: "finished", ...base, ...unknown, id } as const;
  return { ...event, seconds: 1, status: 200, quiet: false, ...change } satisfies ServerEvent;
}

function createClock() {
  let ms = 1_000_000 * 60_000;
  const pass = (minutes: number) => {
    ms += minutes * 60_000;
  };
  return { now: () => ms, pass };
}

describe("createRecent", () => {
  test("counts what ended in a minute, and the most that ran at once", () => {
    const recent = createRecent(createClock().now);
    for (const id of ["1", "2", "3"]) recent.observe(started(id));
    recent.observe(finished("1", { newTokens: 10, timeToFirstToken: 0.2 }));
    recent.observe(finished("2", { newTokens: 5, timeToFirstToken: 0.4 }));
    recent.observe(finished("3", { status: 503 }));
    const at = 1_000_000 * 60;
    expect(recent.read()).toEqual([
      { at, finished: 3, failed: 1, newTokens: 15, timeToFirstToken: expect.closeTo(0.3), mostRunning: 3 },
    ]);
  });

  test("a minute begins with what still runs, and what named no model counts nowhere", () => {
    const clock = createClock();
    const recent = createRecent(clock.now);
    recent.observe(started("1"));
    clock.pass(2);
    recent.observe({ ...finished("2"), model: undefined });
    recent.observe(finished("1", { newTokens: 3 }));
    expect(recent.read().map(({ finished, mostRunning }) => [finished, mostRunning])).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  test("keeps the last hour and no more, whatever happens in it", () => {
    const clock = createClock();
    const recent = createRecent(clock.now);
    for (let minute = 0; minute < 500; minute += 1) {
      recent.observe(finished(String(minute)));
      clock.pass(1);
    }
    expect(recent.read().length).toBe(60);
    clock.pass(59);
    expect(recent.read().length).toBe(1);
    clock.pass(2);
    expect(recent.read()).toEqual([]);
  });
});
