import { heapStats } from "bun:jsc";
import { afterEach, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import type { StreamEvent } from "../../src/api/dialect.ts";
import { openai } from "../../src/api/openai/errors.ts";
import { bodiless, type Route } from "../../src/api/route.ts";
import { OvError } from "../../src/errors.ts";
import type { AppHandler } from "../../src/http/app.ts";
import { type Listener, listen } from "../../src/http/listen.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";
import { eventually } from "../helpers/processes.ts";
import { createRouteApp } from "../helpers/routes.ts";
import { readEvents } from "../helpers/server.ts";

const doc = { summary: "A stream", answer: {} };
const never = new Promise<never>(() => {});

function streamOf(
  events: (signal: AbortSignal) => AsyncGenerator<StreamEvent>,
  extra: { format?: "sse" | "ndjson"; endless?: boolean } = {},
): Route {
  const { format = "sse", endless = false } = extra;
  return bodiless({
    method: "GET",
    path: "/stream",
    dialect: openai,
    handle: ({ signal }) => ({ type: "stream", format, endless, events: events(signal) }),
    doc,
  });
}

/** Rejects with the signal's reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

describe("a stream", () => {
  async function* two(): AsyncGenerator<StreamEvent> {
    yield { data: { n: 1 } };
    yield { event: "named", data: "text" };
  }

  test.each([
    ["sse", 'data: {"n":1}\n\nevent: named\ndata: text\n\n', "text/event-stream; charset=utf-8"],
    ["ndjson", '{"n":1}\ntext\n', "application/x-ndjson; charset=utf-8"],
  ] as const)("is written as %s, and its record ends with it", async (format, text, type) => {
    const { send, finished } = createRouteApp([streamOf(two, { format })]);
    const response = await send("/stream");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, type]);
    expect(finished).toEqual([]);
    expect(await response.text()).toBe(text);
    expect(finished).toMatchObject([{ status: 200, code: undefined, path: "/stream" }]);
  });

  test("pulls an event only when the one before was read", async () => {
    let made = 0;
    async function* many(): AsyncGenerator<StreamEvent> {
      while (true) yield { data: { n: made++ } };
    }
    const { send } = createRouteApp([streamOf(many)]);
    const reader = (await send("/stream")).body?.getReader();
    for (const _ of [1, 2, 3]) await reader?.read();
    expect(made).toBeLessThanOrEqual(4);
    await reader?.cancel();
  });

  test("that fails before its first event is an HTTP error, later an error event", async () => {
    async function* early(): AsyncGenerator<StreamEvent> {
      yield* [];
      throw new OvError("queue_full", "Full.");
    }
    async function* late(): AsyncGenerator<StreamEvent> {
      yield { data: { n: 1 } };
      throw new OvError("engine_failed", "Broken.");
    }
    const first = createRouteApp([streamOf(early)]);
    expect((await first.send("/stream")).status).toBe(429);
    expect(first.finished).toMatchObject([{ status: 429, code: "queue_full" }]);
    const second = createRouteApp([streamOf(late)]);
    const response = await second.send("/stream");
    expect(await readEvents(response)).toEqual([
      { n: 1 },
      { error: expect.objectContaining({ code: "engine_failed" }) },
    ]);
    expect(second.finished).toMatchObject([{ status: 500, code: "engine_failed" }]);
  });

  test.each([
    ["sse", ": waiting\n\n"],
    ["ndjson", " "],
  ] as const)(
    "of %s that is silent gets its headers and signs of life, until its error comes",
    async (format, sign) => {
      const gate = Promise.withResolvers<never>();
      async function* silent(): AsyncGenerator<StreamEvent> {
        yield await gate.promise;
      }
      const streamTimes = { keepAliveSeconds: 0.01, patienceSeconds: 10 };
      const { send } = createRouteApp([streamOf(silent, { format })], { streamTimes });
      const response = await send("/stream");
      expect(response.status).toBe(200);
      const pieces = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream());
      let text = "";
      for await (const piece of pieces) {
        text += piece;
        if (text === sign.repeat(3)) gate.reject(new OvError("queue_timeout", "Late."));
      }
      expect(text).toContain('"code":"queue_timeout"');
      if (format === "ndjson") expect(JSON.parse(text)).toHaveProperty("error");
    },
  );

  test("whose client leaves ends its source, and its record says so", async () => {
    let ended = 0;
    async function* waiting(signal: AbortSignal): AsyncGenerator<StreamEvent> {
      try {
        yield { data: {} };
        await aborted(signal);
      } finally {
        ended += 1;
      }
    }
    for (const endless of [false, true]) {
      const { send, finished } = createRouteApp([streamOf(waiting, { endless })]);
      const reader = (await send("/stream")).body?.getReader();
      await reader?.read();
      await reader?.cancel();
      expect(finished).toMatchObject([
        endless ? { status: 200, code: undefined } : { status: 499, code: "client_closed_request" },
      ]);
    }
    expect(ended).toBe(2);
  });

  test("is not started for HEAD", async () => {
    async function* silent(): AsyncGenerator<StreamEvent> {
      yield await never;
    }
    const { send, finished } = createRouteApp([streamOf(silent, { endless: true })]);
    const response = await send("/stream", { method: "HEAD" });
    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    expect(finished).toMatchObject([{ method: "HEAD", status: 200 }]);
  });
});

describe("a client that reads nothing", () => {
  let listener: Listener | undefined;
  let socket: Socket | undefined;
  afterEach(() => {
    socket?.destroy();
    listener?.kill();
  });

  function serve(handle: AppHandler): number {
    listener = listen(handle, { host: "127.0.0.1", port: 0, setting: "--port" });
    return listener.port;
  }

  function ask(port: number, body: object): Socket {
    socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.pause();
    const text = JSON.stringify(body);
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${text.length}`;
    socket.write(`${head}\r\n\r\n${text}`);
    return socket;
  }

  // What is alive: the process also holds pages that other tests have freed.
  const megabytes = () => {
    Bun.gc(true);
    const { heapSize, extraMemorySize } = heapStats();
    return (heapSize + extraMemorySize) / 1e6;
  };
  const endless = {
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
    ignore_eos: true,
    max_tokens: 2_000_000,
  };

  test("is ended with an error; memory stays, and other streams go on", async () => {
    const host = createMemoryHost({ contextLength: 5_000_000 });
    const app = createTestApp({
      load: async () => ({ host, defaults: {} }),
      maxTokens: 5_000_000,
      requestSeconds: 60,
      streamTimes: { keepAliveSeconds: 10, patienceSeconds: 1 },
    });
    const ended: (string | undefined)[] = [];
    app.events.subscribe((event) => {
      if (event.topic === "request" && event.type === "finished") ended.push(event.code);
    });
    const port = serve(app.handle);
    const before = megabytes();
    ask(port, endless);
    await eventually(() => host.running() === 1);
    const other = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ ...endless, max_tokens: 500 }),
    });
    expect((await readEvents(other)).at(-1)).toBe("[DONE]");
    await eventually(() => ended.length === 2);
    expect(ended).toEqual([undefined, "client_too_slow"]);
    expect(host.running()).toBe(0);
    expect(megabytes() - before).toBeLessThan(150);
  }, 180_000);
});
