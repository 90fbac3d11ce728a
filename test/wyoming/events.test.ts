import { expect, test } from "bun:test";
import { createEventReader, renderEvent, type WyomingEvent } from "../../src/wyoming/events.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Each event as text, for comparison. */
const show = ({ type, data, payload }: WyomingEvent) => [type, data, new TextDecoder().decode(payload)];

const stream = [
  '{"type": "describe"}\n',
  '{"type": "ping", "data": {"text": "a"}}\n',
  '{"type": "audio-chunk", "version": "1", "data": {"rate": 1}, "data_length": 12, "payload_length": 4}\n{"width": 2}\n1\n2',
  '{"type": "audio-stop", "data_length": 0, "payload_length": null}\n',
].join("");
const events = [
  ["describe", {}, ""],
  ["ping", { text: "a" }, ""],
  ["audio-chunk", { rate: 1, width: 2 }, "\n1\n2"],
  ["audio-stop", {}, ""],
];

test("events are read whole", () => {
  expect(createEventReader()(bytesOf(stream)).map(show)).toEqual(events);
});

test("events are the same wherever their bytes are split", () => {
  const bytes = bytesOf(stream);
  for (let at = 1; at < bytes.length; at += 1) {
    const read = createEventReader();
    expect([...read(bytes.subarray(0, at)), ...read(bytes.subarray(at))].map(show)).toEqual(events);
  }
  const read = createEventReader();
  expect([...bytes].flatMap((byte) => read(Uint8Array.of(byte))).map(show)).toEqual(events);
});

test("what is written is read", () => {
  const written = renderEvent("transcript", { text: "ä\n" });
  expect(createEventReader()(written).map(show)).toEqual([["transcript", { text: "ä\n" }, ""]]);
});

test.each([
  ["a request of another protocol", "GET / HTTP/1.1\r\n"],
  ["JSON that is no object", "[]\n"],
  ["an event without a type", "{}\n"],
  ["a payload beyond the bound", '{"type": "x", "payload_length": 99999999}\n'],
  ["a negative length", '{"type": "x", "data_length": -1}\n'],
  ["a half byte", '{"type": "x", "payload_length": 0.5}\n'],
  ["data that is no JSON", '{"type": "x", "data_length": 2}\nno'],
  ["a line without an end", "x".repeat(20_000)],
])("%s is refused", (_what, text) => {
  expect(() => createEventReader()(bytesOf(text))).toThrow("This is not the Wyoming protocol");
});
