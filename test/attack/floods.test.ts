import { afterAll, expect, test } from "bun:test";
import { listen } from "../../src/http/listen.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";
import { countDescriptors, eventually } from "../helpers/processes.ts";
import { createRandom } from "../helpers/random.ts";
import { openSocket } from "../helpers/raw.ts";

const clients = 300;
const host = createMemoryHost({ contextLength: 4096, gate: () => Bun.sleep(0) });
const app = createTestApp({ maxTokens: 2000, load: async () => ({ host, defaults: {} }) });
const listener = listen(app.handle, { host: "127.0.0.1", port: 0, setting: "--port" });
afterAll(() => listener.kill());
const url = `http://127.0.0.1:${listener.port}`;

const body = (stream: boolean) =>
  JSON.stringify({ messages: [{ role: "user", content: "Hi" }], max_tokens: 2000, ignore_eos: true, stream });
const requests = [true, false].map(
  (stream) =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body(stream).length}\r\n\r\n${body(stream)}`,
);

/** Sends a part of a request, or all of it, and is gone at some moment after that. */
function leave(random: () => number): Promise<void> {
  const request = requests[Math.floor(random() * 2)] ?? "";
  const isWhole = random() < 0.7;
  const socket = openSocket(url);
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.resume();
  socket.write(isWhole ? request : request.slice(0, Math.floor(random() * request.length)));
  setTimeout(() => (random() < 0.5 ? socket.resetAndDestroy() : socket.end()), random() * 300);
  setTimeout(() => socket.destroy(), 400);
  return gone;
}

test("300 clients that leave at any moment leave nothing running, queued or open", async () => {
  await (await fetch(`${url}/health`, { keepalive: false })).text();
  const before = countDescriptors(process.pid);
  const random = createRandom(11);
  await Promise.all(Array.from({ length: clients }, () => leave(random)));
  await eventually(() => host.running() === 0);
  await eventually(() =>
    [...app.pool.status().values()].every(({ running, waiting }) => running + waiting === 0),
  );
  await eventually(() => countDescriptors(process.pid) <= before);
  expect((await app.chat({ messages: [{ role: "user", content: "Hi" }], max_tokens: 1 })).status).toBe(200);
}, 180_000);

test("models that do not exist make no series of metrics, however many are asked for", async () => {
  const series = async () =>
    (await (await app.get("/metrics")).text()).split("\n").filter((line) => !line.startsWith("#")).length;
  const ask = async (name: string) => {
    for (const [path, extra] of [
      ["/v1/chat/completions", { messages: [{ role: "user", content: "Hi" }] }],
      ["/v1/completions", { prompt: "Hi" }],
      ["/v1/responses", { input: "Hi" }],
      ["/v1/messages", { messages: [{ role: "user", content: "Hi" }], max_tokens: 1 }],
      ["/api/chat", { messages: [{ role: "user", content: "Hi" }] }],
      ["/tokenize", { prompt: "Hi" }],
    ] satisfies [string, object][]) {
      const response = await app.send(path, {
        method: "POST",
        body: JSON.stringify({ model: name, ...extra }),
      });
      expect(response.status).toBe(404);
    }
    expect((await app.send(`/v1/models/${name}/load`, { method: "POST" })).status).toBe(404);
  };
  await ask("first");
  const before = await series();
  for (let at = 0; at < 300; at += 1) await ask(`model-${at}`);
  expect(await series()).toBe(before);
});
