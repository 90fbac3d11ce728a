import { expect, test } from "bun:test";
import { createStallWatch } from "../../../src/engine/supervise/stall.ts";
import type { OperationName } from "../../../src/protocol/operations.ts";
import { eventually } from "../../helpers/processes.ts";
import { standStill } from "../../helpers/stand-still.ts";

const seconds = {
  generate: 60,
  tokenize: 0.05,
  detokenize: 0.05,
  embed: 60,
  rank: 60,
  classify: 60,
  transcribe: 60,
};

test("a silent host may take as long as the most patient of its operations", async () => {
  let operations: OperationName[] = ["generate", "tokenize"];
  const stalls: number[] = [];
  const watch = createStallWatch({
    seconds,
    operations: () => operations,
    onStall: (after) => stalls.push(after),
  });
  watch.start();
  const short = Promise.withResolvers<void>();
  setTimeout(short.resolve, 200);
  await short.promise;
  expect(stalls).toEqual([]);
  operations = ["tokenize"];
  await eventually(() => stalls.length > 0);
  expect(stalls).toEqual([0.05]);
});

test("what this process itself stands still is no silence of the host", async () => {
  const stalls: number[] = [];
  const watch = createStallWatch({
    seconds,
    operations: () => ["tokenize"],
    onStall: (after) => stalls.push(after),
  });
  watch.start();
  const looked = Promise.withResolvers<void>();
  // Due behind the first look.
  setTimeout(looked.resolve, 20);
  Bun.sleepSync(200);
  await looked.promise;
  expect(stalls).toEqual([]);
  await eventually(() => stalls.length > 0);
  expect(stalls).toEqual([0.05]);
});

test("what a host says while this process stands still is heard, however long it was silent before", async () => {
  const stalls: number[] = [];
  const watch = createStallWatch({
    seconds: { ...seconds, tokenize: 0.4, detokenize: 0.24 },
    operations: () => ["tokenize"],
    onStall: (after) => stalls.push(after),
  });
  watch.start();
  const nearly = Promise.withResolvers<void>();
  setTimeout(nearly.resolve, 390);
  await nearly.promise;
  await standStill(1000);
  expect(stalls).toEqual([]);
  watch.stop();
});

test("a host without requests may be silent, and the time before the first one does not count", async () => {
  const operations: OperationName[] = [];
  const stalls: number[] = [];
  const watch = createStallWatch({ seconds, operations: () => operations, onStall: (s) => stalls.push(s) });
  const idle = Promise.withResolvers<void>();
  setTimeout(idle.resolve, 100);
  await idle.promise;
  operations.push("tokenize");
  watch.start();
  watch.stop();
  expect(stalls).toEqual([]);
});
