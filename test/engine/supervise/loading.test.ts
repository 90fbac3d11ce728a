import { describe, expect, test } from "bun:test";
import { createLoading, type ProcessEnd, toEnd } from "../../../src/engine/supervise/loading.ts";
import { createMemoryHost } from "../../fakes/memory-host.ts";
import { standStill } from "../../helpers/stand-still.ts";

async function failureOf(end: Partial<ProcessEnd>): Promise<string> {
  const loading = createLoading({ model: "m", loadSeconds: 60, signal: new AbortController().signal });
  loading.ended({ how: "SIGSEGV", lastOutput: "", outOfMemory: false, ...end });
  return await loading.result.then(
    () => "",
    (error: unknown) => String(error),
  );
}

describe("a load whose process ends", () => {
  test.each<[string, Partial<ProcessEnd>, string[], string[]]>([
    ["by a crash", {}, ["ended unexpectedly (SIGSEGV)", "may be damaged or truncated"], []],
    [
      "by itself",
      { how: "exit code 3", lastOutput: "Oh" },
      ['(exit code 3), after the output "Oh"', "damaged"],
      [],
    ],
    [
      "by the kernel, for want of memory",
      { how: "SIGKILL", outOfMemory: true },
      ["there was no memory left", "OV_KV_CACHE_GB"],
      ["damaged"],
    ],
    [
      "by somebody",
      { how: "SIGKILL" },
      ["was killed from outside (SIGKILL)", "journalctl"],
      ["damaged", "memory"],
    ],
    ["by somebody, politely", { how: "SIGTERM" }, ["was killed from outside (SIGTERM)"], ["damaged"]],
    [
      "by a crash while memory was short elsewhere",
      { outOfMemory: true },
      ["SIGSEGV", "damaged"],
      ["no memory"],
    ],
    ["by an unknown instruction", { how: "SIGILL" }, ["may lack instructions"], ["damaged"]],
  ])("%s fails with what happened and what to do", async (_, end, words, others) => {
    const message = await failureOf(end);
    for (const word of words) expect(message).toContain(word);
    for (const word of others) expect(message).not.toContain(word);
  });
});

test("a load has the time that the server stands still on top of its own", async () => {
  const loading = createLoading({ model: "m", loadSeconds: 0.2, signal: new AbortController().signal });
  await standStill(800);
  const { ready } = createMemoryHost();
  loading.ready(ready);
  expect(await loading.result).toBe(ready);
});

test("the output of a process that ended is quoted in bounds", () => {
  const end = { how: "exit code 1", lastOutput: "x".repeat(100_000), outOfMemory: false };
  expect(toEnd("It", end).length).toBeLessThan(700);
});
