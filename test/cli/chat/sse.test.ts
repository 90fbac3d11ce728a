import { expect, test } from "bun:test";
import { readEventData, withPatience } from "../../../cli/chat/sse.ts";

const bytes = new TextEncoder().encode(': waiting\n\ndata: {"a":"é"}\n\ndata: [DONE]\n\ndata: cut');

async function* cut(at: number): AsyncGenerator<Uint8Array> {
  yield bytes.slice(0, at);
  yield bytes.slice(at);
}

test("readEventData gives the same events wherever the bytes are cut", async () => {
  for (let at = 0; at <= bytes.length; at += 1) {
    expect(await Array.fromAsync(readEventData(cut(at)))).toEqual(['{"a":"é"}', "[DONE]"]);
  }
});

test("readEventData gives up a line without an end", async () => {
  async function* endless() {
    for (;;) yield new Uint8Array(100_000).fill(97);
  }
  const reading = Array.fromAsync(readEventData(endless()));
  await expect(reading).rejects.toThrow("it sends a line of more than 4000000 characters");
});

test("withPatience ends a stream that is silent", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    cancel: () => {
      isCancelled = true;
    },
  });
  const reading = Array.fromAsync(withPatience(stream, 0.01, () => new Error("silent")));
  expect(reading).rejects.toThrow("silent");
  await reading.catch(() => {});
  expect(isCancelled).toBe(true);
});
