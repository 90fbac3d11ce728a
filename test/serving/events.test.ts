import { describe, expect, test } from "bun:test";
import { createEvents, type Events, type ServerEvent } from "../../src/serving/events.ts";

const never = new AbortController().signal;
const loadFailed = (model: string): ServerEvent => ({ topic: "model", type: "load_failed", model });

/** The names of models, and of what is about no model, as they come. */
function follow(events: Events, signal = never) {
  const seen: string[] = [];
  const stream = events.stream(signal);
  const reading = (async () => {
    for await (const event of stream) seen.push(event.topic === "model" ? event.model : event.type);
  })();
  return { seen, reading, stream };
}

describe("the bus of events", () => {
  test("gives each subscriber each event in its order, also while one of them never reads", async () => {
    const events = createEvents(3);
    const listened: string[] = [];
    events.subscribe((event) => listened.push(event.type));
    const reader = follow(events);
    const silent = events.stream(never);
    const first = silent.next();
    expect(events.subscribers).toBe(3);
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const name of names) {
      events.publish(loadFailed(name));
      // The reader takes it; the silent one does not.
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([listened.length, reader.seen]).toEqual([6, names]);
    expect(events.subscribers).toBe(2);
    const rest: string[] = [(await first).value?.type ?? ""];
    for await (const event of silent) rest.push(event.topic === "model" ? event.model : event.type);
    // It was handed the first, three waited, and the next was too many.
    expect(rest).toEqual(["load_failed", "b", "c", "d", "dropped"]);
  });

  test("knows no subscriber that has left", async () => {
    const events = createEvents();
    const end = events.subscribe(() => {});
    end();
    const stop = new AbortController();
    const aborted = follow(events, stop.signal);
    const returned = events.stream(never);
    const first = returned.next();
    events.publish(loadFailed("a"));
    await first;
    expect(events.subscribers).toBe(2);
    await returned.return(undefined);
    expect(events.subscribers).toBe(1);
    stop.abort();
    await aborted.reading;
    expect([events.subscribers, aborted.seen]).toEqual([0, ["a"]]);
  });

  test("ends all streams when it is closed, also later ones", async () => {
    const events = createEvents();
    const before = follow(events);
    events.publish(loadFailed("a"));
    events.close();
    await before.reading;
    await follow(events).reading;
    expect([before.seen, events.subscribers]).toEqual([["a"], 0]);
  });
});
