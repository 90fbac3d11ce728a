import { expect, test } from "bun:test";
import { OvError, toReason } from "../../src/errors.ts";
import { watchSilence } from "../../src/hub/request.ts";
import { failureOf } from "../helpers/failure.ts";
import { ringing } from "../helpers/ringing.ts";

const limit = 30;
const fail = (cause: unknown) => new OvError("download_failed", toReason(cause));

test("a slow disk is not taken for a silent server", async () => {
  const silence = watchSilence(new AbortController().signal, limit);
  const taken: number[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of [1, 2, 3]) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  for await (const piece of silence.pieces(new Response(body), fail)) {
    await ringing(3 * limit);
    taken.push(...piece);
  }
  await ringing(3 * limit);
  expect([taken, silence.signal.aborted]).toEqual([[1, 2, 3], false]);
});

test("a server that falls silent is waited for no longer than the limit", async () => {
  const silence = watchSilence(new AbortController().signal, limit);
  let left = false;
  const server = Bun.serve({
    port: 0,
    fetch: ({ signal }) => {
      signal.addEventListener("abort", () => {
        left = true;
      });
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue("first") }));
    },
  });
  const taken: string[] = [];
  async function take(): Promise<void> {
    const response = await fetch(server.url, { signal: silence.signal });
    for await (const piece of silence.pieces(response, fail)) taken.push(new TextDecoder().decode(piece));
  }
  const { message } = await failureOf(take());
  expect([taken, message]).toEqual([["first"], "the connection went silent"]);
  await server.stop(true);
  expect(left).toBe(true);
});
