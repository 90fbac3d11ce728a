import { heapStats } from "bun:jsc";
import { afterAll, expect, test } from "bun:test";
import { openai } from "../../src/api/openai/errors.ts";
import { bodiless } from "../../src/api/route.ts";
import { listen } from "../../src/http/listen.ts";
import { eventually } from "../helpers/processes.ts";
import { openSocket } from "../helpers/raw.ts";
import { createRouteApp } from "../helpers/routes.ts";

const clients = 300;
/** What the kernel takes for a connection before it says stop is not the process's. */
const mostMegabytes = 200;

/** Answers without an end, in large pieces, so that the buffers of the kernel fill soon. */
let running = 0;
const streams = bodiless({
  method: "GET",
  path: "/stream",
  dialect: openai,
  handle({ signal, query }) {
    const text = query.short === undefined ? "word ".repeat(5000) : "word";
    async function* answer() {
      running += 1;
      try {
        for (let at = 0; !signal.aborted && (query.short === undefined || at < 20); at += 1) {
          yield { data: { at, text } };
          // As tokens come: one after the other, with others between.
          await Bun.sleep(0);
        }
      } finally {
        running -= 1;
      }
    }
    return { type: "stream", format: "sse", events: answer() };
  },
  doc: { summary: "Stream", answer: {} },
});

const app = createRouteApp([streams], { streamTimes: { keepAliveSeconds: 10, patienceSeconds: 2 } });
const listener = listen(app.handle, { host: "127.0.0.1", port: 0, setting: "--port" });
afterAll(() => listener.kill());

test("300 clients that never read their answers hold little memory and nobody up, and are ended", async () => {
  const url = `http://127.0.0.1:${listener.port}`;
  // What is alive: the process also holds pages that other tests have freed.
  const megabytes = () => {
    Bun.gc(true);
    const { heapSize, extraMemorySize } = heapStats();
    return (heapSize + extraMemorySize) / 1e6;
  };
  const before = megabytes();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, megabytes());
  }, 20);
  const sockets = Array.from({ length: clients }, () => {
    const socket = openSocket(url);
    socket.pause();
    socket.write("GET /stream HTTP/1.1\r\nhost: localhost\r\n\r\n");
    return socket;
  });
  await eventually(() => running > 0);
  const other = await fetch(`${url}/stream?short=1`);
  expect((await other.text()).match(/^data: /gm)?.length).toBe(20);
  await eventually(() => app.finished.length === clients + 1);
  clearInterval(watch);
  const codes = app.finished.map(({ code }) => code);
  expect(codes.filter((code) => code === "client_too_slow").length).toBe(clients);
  expect(running).toBe(0);
  expect(most - before).toBeLessThan(mostMegabytes);
  for (const socket of sockets) socket.destroy();
}, 180_000);
