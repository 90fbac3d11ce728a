import { describe, expect, test } from "bun:test";
import { createSseParser, readEvents } from "../../../../src/page/client/api/sse.ts";

const text = ': alive\n\nevent: model.loaded\ndata: {"model":"a"}\n\ndata: one\ndata: two\n\ndata:[DONE]\n\n';
const events = [
  { name: "model.loaded", data: '{"model":"a"}' },
  { name: "message", data: "one\ntwo" },
  { name: "message", data: "[DONE]" },
];

describe("server-sent events", () => {
  test("come whole", () => expect(createSseParser()(text)).toEqual(events));

  test("come whole from pieces that end anywhere", () => {
    for (let end = 1; end < text.length; end += 1) {
      const parse = createSseParser();
      expect([...parse(text.slice(0, end)), ...parse(text.slice(end))]).toEqual(events);
    }
  });

  test("wait for their end", () => expect(createSseParser()("data: half")).toEqual([]));
});

describe("the events of a body", () => {
  /** Never ends. */
  const open = (text: string) =>
    new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)) });

  test("end with it", async () => {
    expect(await Array.fromAsync(readEvents(new Blob([text]).stream(), 60_000))).toEqual(events);
  });

  test("fail after too long a silence", async () => {
    const read = readEvents(open("data: one\n\n"), 10);
    expect(await read.next()).toMatchObject({ value: { data: "one" } });
    await expect(read.next()).rejects.toThrow("silent");
  });
});
