import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { eventData } from "../../src/api/operate/events.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createTestApp } from "../helpers/app.ts";
import { settled } from "../helpers/settled.ts";

const messages = [{ role: "user", content: "a secret" }];
type App = ReturnType<typeof createTestApp>;

/** The events of a stream as they come. */
async function follow(app: App, query = "") {
  const response = await app.get(`/v1/events${query}`);
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  const reader = (response.body ?? new ReadableStream()).getReader();
  let text = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      text += decoder.decode(next.value, { stream: true });
    }
  })();
  return {
    reading,
    text: () => text,
    leave: () => reader.cancel(),
    /** Names and data. */
    events: () =>
      [...text.matchAll(/^event: (.*)\ndata: (.*)\n\n/gm)].map(([, name = "", data = ""]) => ({
        name,
        data: JSON.parse(data),
      })),
  };
}

const isKnown = (name: string): name is keyof typeof eventData => name in eventData;

describe("GET /v1/events", () => {
  test("shows models and requests in their order, as /openapi.json describes them, and nothing of what was asked", async () => {
    const app = createTestApp();
    const stream = await follow(app);
    await (await app.chat({ messages, max_tokens: 2 }, { headers: { "x-request-id": "mine" } })).json();
    await app.send("/v1/models/memory/unload", { method: "POST" });
    await settled();
    const events = stream.events();
    expect(events.map(({ name }) => name)).toEqual([
      "request.started",
      "model.loaded",
      "model.admitted",
      "request.finished",
      "request.started",
      "model.unloaded",
      "request.finished",
    ]);
    for (const { name, data } of events) {
      expect([name, isKnown(name) && [...Value.Errors(eventData[name], data)]]).toEqual([name, []]);
    }
    expect(events[3]?.data).toMatchObject({
      id: "mine",
      model: "memory",
      status: 200,
      key: null,
      prompt_tokens: 2,
      new_tokens: 2,
      finish: "length",
      code: null,
    });
    expect(stream.text()).not.toContain("secret");
    await stream.leave();
  });

  test("answers at once, before anything happens", async () => {
    const stream = await follow(createTestApp());
    await settled();
    expect(stream.text()).toStartWith(": ");
    await stream.leave();
  });

  test("knows no client that has left, and does not count it as a failure", async () => {
    const app = createTestApp();
    const before = app.events.subscribers;
    const stream = await follow(app);
    expect(app.events.subscribers).toBe(before + 1);
    await stream.leave();
    expect(app.events.subscribers).toBe(before);
    expect(await (await app.get("/metrics")).text()).not.toContain("client_closed_request");
  });

  test("gives only the types that were asked for", async () => {
    const app = createTestApp();
    const stream = await follow(app, "?types=registry,%20request.finished");
    app.events.publish({ topic: "registry", type: "changed", added: ["a"], changed: [], removed: [] });
    await (await app.chat({ messages, max_tokens: 1 })).json();
    await settled();
    expect(stream.events().map(({ name }) => name)).toEqual(["registry.changed", "request.finished"]);
    await stream.leave();
  });

  test("refuses a type that is not an event, with those that are", async () => {
    const response = await createTestApp().get("/v1/events?types=model,weather");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: "types", message: expect.stringContaining("request.finished") },
    });
  });

  test("requires the key", async () => {
    const keys = createKeyring(() => [{ name: "a", key: "the key" }]);
    expect((await createTestApp({ keys }).get("/v1/events")).status).toBe(401);
  });

  test("ends with `dropped` for a client that reads too slowly, whatever it asked for", async () => {
    const app = createTestApp();
    const response = await app.get("/v1/events?types=registry");
    const before = app.events.subscribers;
    for (let event = 0; event < 1100; event += 1) {
      app.events.publish({ topic: "registry", type: "problem", reason: `problem ${event}` });
    }
    expect(app.events.subscribers).toBe(before - 1);
    const text = await response.text();
    expect(text).toContain("problem 999");
    expect(text).not.toContain("problem 1099");
    expect(text).toEndWith("event: events.dropped\ndata: {}\n\n");
  });

  test("ends when the server stops", async () => {
    const app = createTestApp();
    const stream = await follow(app);
    app.events.close();
    await stream.reading;
  });
});
