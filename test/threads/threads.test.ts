import { afterAll, describe, expect, test } from "bun:test";
import { createThreads } from "../../src/threads/threads.ts";
import type { TestJobs } from "./jobs.fixture.ts";

const module = new URL("./jobs.fixture.ts", import.meta.url).href;
const create = (extra = {}) => createThreads<TestJobs>({ module, ...extra });
const options = { client: "a", seconds: 60, what: "The job" };

describe("a job in a thread", () => {
  const threads = create();
  afterAll(() => threads.dispose());

  test("answers with what it returns", async () => {
    expect(await Promise.all([1, 2, 3].map((value) => threads.run("double", value, options)))).toEqual([
      2, 4, 6,
    ]);
  });

  test("fails with the error that it throws, facts and all", async () => {
    await expect(threads.run("refuse", "a.b", options)).rejects.toMatchObject({
      code: "invalid_request",
      param: "a.b",
      facts: { what: "No", why: "never", next: "Stop." },
    });
  });

  test("that fills the stack fails alone", async () => {
    await expect(threads.run("sink", undefined, options)).rejects.toMatchObject({ code: "internal_error" });
    expect(await threads.run("double", 4, options)).toBe(8);
  });

  test("has the time that the process stood still on top of its own", async () => {
    const shared = new SharedArrayBuffer(4);
    const flag = new Int32Array(shared);
    const running = threads.run("await", shared, { ...options, seconds: 1 });
    Bun.sleepSync(1500);
    // Due behind the look that comes late.
    setTimeout(() => {
      Atomics.store(flag, 0, 7);
      Atomics.notify(flag, 0);
    }, 1);
    expect(await running).toBe(7);
  });

  test("that takes too long is ended, and the next one has a thread", async () => {
    const spinning = threads.run("spin", undefined, { ...options, seconds: 0.05 });
    await expect(spinning).rejects.toThrow("The job takes more than 0.05 s of work. Make it smaller.");
    expect(await threads.run("double", 5, options)).toBe(10);
  });
});

test("one client's endless jobs leave a thread to the others", async () => {
  const threads = create();
  const ended = [1, 2, 3].map(() => threads.run("spin", undefined, options).catch(({ code }) => code));
  expect(await threads.run("double", 1, { ...options, client: "b" })).toBe(2);
  threads.dispose();
  expect(await Promise.all(ended)).toEqual(Array(3).fill("shutting_down"));
});

test("too many waiting jobs are refused", async () => {
  const threads = create({ maxWaiting: 1 });
  const running = threads.run("spin", undefined, options).catch(({ code }) => code);
  const waiting = threads.run("double", 1, options).catch(({ code }) => code);
  await expect(threads.run("double", 1, options)).rejects.toMatchObject({ code: "queue_full" });
  threads.dispose();
  expect(await Promise.all([running, waiting])).toEqual(["shutting_down", "shutting_down"]);
});
