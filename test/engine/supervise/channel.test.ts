import { expect, test } from "bun:test";
import { createChannel } from "../../../src/engine/supervise/channel.ts";

test("a channel gives what was pushed before and while it is read", async () => {
  const channel = createChannel<number>();
  channel.push(1);
  const reading = Array.fromAsync(channel);
  channel.push(2);
  setImmediate(() => {
    channel.push(3);
    channel.end();
  });
  expect(await reading).toEqual([1, 2, 3]);
});

test("a failed channel gives what came before, then the error, and drops the rest", async () => {
  const channel = createChannel<number>();
  channel.push(1);
  channel.fail(new Error("broken"));
  channel.push(2);
  channel.end();
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of channel) seen.push(item);
  })();
  expect(reading).rejects.toThrow("broken");
  await reading.catch(() => {});
  expect(seen).toEqual([1]);
});

test("a channel whose reader leaves too much waiting drops it and ends with the bound's error", async () => {
  const channel = createChannel<number>({ most: 2, exceeded: () => new Error("too slow") });
  for (const item of [1, 2, 3, 4]) channel.push(item);
  channel.end();
  const reading = Array.fromAsync(channel);
  expect(reading).rejects.toThrow("too slow");
  await reading.catch(() => {});
});
