import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import OpenAI from "openai";
import { runtimeDir } from "../helpers/environment.ts";
import { countDescriptors, cpuTicks, eventually, hostPid, isRunning } from "../helpers/processes.ts";
import { repo, smol, smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const folder = createTempDir();
const stallSeconds = 3;
/** Goes on for a minute, unless somebody ends it. */
const endless = {
  messages: [{ role: "user", content: "Tell me a story." }],
  max_tokens: 6000,
  ignore_eos: true,
};
const servers: TestServer[] = [];
let homes = 0;
const newHome = () => join(folder, String(homes++));

/** A server for one test. Its model is loaded by the first request. */
async function start(env: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServer({ home: newHome(), env });
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop("SIGKILL")));
});

/** GET /health on this very connection. */
function askRaw(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once("data", (data) => resolve(data.toString()));
    socket.once("close", () => reject(new Error("The connection was closed.")));
    socket.write("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n");
  });
}

async function answer(server: TestServer, model = smol): Promise<number> {
  const messages = [{ role: "user", content: "What is the capital of Germany?" }];
  const response = await server.chat(
    { model, messages, temperature: 0, max_tokens: 20 },
    { keepalive: false },
  );
  expect(await response.text()).toContain(response.status === 200 ? "Berlin" : "error");
  return response.status;
}

/** A stream that has started to answer. */
async function openStream(server: TestServer, extra: Record<string, unknown> = {}) {
  const stop = new AbortController();
  const response = await server.chat(
    { ...endless, ...extra, stream: true },
    { signal: stop.signal, keepalive: false },
  );
  const reader = (response.body ?? new ReadableStream()).getReader();
  const decoder = new TextDecoder();
  let text = "";
  async function read(until: RegExp): Promise<string> {
    while (!until.test(text)) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    return text;
  }
  await read(/"content":"[^"]/);
  return {
    abort: () => stop.abort(),
    /** All its events; the last of them is `[DONE]` or an error. */
    end: async () => (await read(/^$/)).split("\n\n").filter(Boolean),
  };
}

/** CPU time of the engine in half a second in which nobody asks it for anything. */
async function watchTicks(server: TestServer): Promise<number> {
  const [before, started] = [cpuTicks(hostPid(server)), performance.now()];
  while (performance.now() - started < 500)
    await (await fetch(`${server.url}/health`, { keepalive: false })).text();
  return cpuTicks(hostPid(server)) - before;
}

const count = (server: TestServer, pattern: RegExp) =>
  server.log().filter((line) => pattern.test(line)).length;

describe("a client that leaves", () => {
  test("during the load: the load goes on, for the next one", async () => {
    const server = await start();
    const stop = new AbortController();
    const left = server.chat(endless, { signal: stop.signal }).catch((error: unknown) => error);
    await server.logged(/loading model/);
    stop.abort();
    expect(await left).toBeInstanceOf(DOMException);
    await server.logged(/POST \/v1\/chat\/completions 499 .* stream=false/);
    expect(count(server, / loaded model/)).toBe(0);
    expect(await answer(server)).toBe(200);
    expect(count(server, / loading model/)).toBe(1);
  });

  test("in mid-stream: its place is free at once, and the engine goes idle", async () => {
    const server = await start({ OV_MAX_CONCURRENT: "2", OV_MAX_QUEUE: "0" });
    const [one, other] = [await openStream(server), await openStream(server)];
    expect(await answer(server)).toBe(429);
    one.abort();
    const line = await server.logged(/ 499 .* stream=true .*finish=client_closed_request/);
    expect(Number(/ new=(\d+)/.exec(line)?.[1])).toBeLessThan(5000);
    expect(await answer(server)).toBe(200);
    other.abort();
    expect(await answer(server)).toBe(200);
    const looks: number[] = [];
    // On a slow machine it may end its last step meanwhile; the answer would take far longer.
    while (looks.length < 10 && !looks.some((ticks) => ticks < 10)) looks.push(await watchTicks(server));
    expect(Math.min(...looks)).toBeLessThan(10);
  });

  test("fifty times leaves no descriptor behind", async () => {
    const server = await start();
    expect(await answer(server)).toBe(200);
    const quiet = countDescriptors(server.pid);
    for (let round = 0; round < 50; round += 1) (await openStream(server)).abort();
    await eventually(() => countDescriptors(server.pid) <= quiet);
    expect(await answer(server)).toBe(200);
  });
});

describe("an engine that fails in mid-stream", () => {
  test("killed: the stream ends with an error event, OpenAI's client raises it, the next request works", async () => {
    const server = await start();
    const fetchOptions = { keepalive: false };
    const openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0, fetchOptions });
    const body = { ...endless, messages: [{ role: "user" as const, content: "Hi" }], model: smol };
    const started = Promise.withResolvers<void>();
    const read = async () => {
      for await (const chunk of await openai.chat.completions.create({ ...body, stream: true }))
        if (chunk.choices[0]?.delta.content) started.resolve();
    };
    const raised = read().catch((error: unknown) => error);
    // One that has not started would be answered by the next engine, for a minute.
    await started.promise;
    const stream = await openStream(server);
    const pid = hostPid(server);
    process.kill(pid, "SIGKILL");
    const events = await stream.end();
    expect(events.at(-1)).toMatch(/^data: \{"error":\{.*SIGKILL.*"code":"engine_crashed"\}\}$/);
    expect(events).not.toContain("data: [DONE]");
    expect(await raised).toBeInstanceOf(OpenAI.APIError);
    expect(await raised).toMatchObject({ code: "engine_crashed" });
    expect(await answer(server)).toBe(200);
    expect(hostPid(server)).not.toBe(pid);
  });

  test("stopped: the stall is seen in time, and the next request works", async () => {
    const server = await start({ OV_STALL_SECONDS: String(stallSeconds) });
    const stream = await openStream(server);
    const pid = hostPid(server);
    const stopped = performance.now();
    process.kill(pid, "SIGSTOP");
    const events = await stream.end();
    const seconds = (performance.now() - stopped) / 1000;
    expect(events.at(-1)).toMatch(
      /^data: \{"error":\{.*did not respond for 3 s.*"code":"engine_stalled"\}\}$/,
    );
    expect(seconds).toBeGreaterThan(stallSeconds - 1);
    expect(await answer(server)).toBe(200);
    expect([isRunning(pid), isRunning(hostPid(server))]).toEqual([false, true]);
  });
});

test("six loads and unloads leave no descriptor and no process behind, and an idle connection stays good", async () => {
  const server = await start();
  const idle = connect(Number(new URL(server.url).port), "127.0.0.1");
  await askRaw(idle);
  expect(await answer(server)).toBe(200);
  const quiet = countDescriptors(server.pid);
  const pids: number[] = [];
  for (const names of [
    ["a1", "b1"],
    ["a2", "b2"],
    ["a3", "b3"],
  ]) {
    server.register({ [smol]: smolEntry(), ...Object.fromEntries(names.map((name) => [name, smolEntry()])) });
    const statuses = await Promise.all(names.map((name) => answer(server, name)));
    expect(statuses).toEqual([200, 200]);
    pids.push(hostPid(server));
    server.register({ [smol]: smolEntry() });
    expect(await answer(server)).toBe(200);
    await Promise.all(names.map((name) => server.logged(new RegExp(`unloaded model model=${name}`))));
  }
  await eventually(() => countDescriptors(server.pid) <= quiet);
  expect(count(server, / loaded model /)).toBe(7);
  expect(pids.map(isRunning)).toEqual([false, false, false]);
  expect(await askRaw(idle)).toStartWith("HTTP/1.1 200");
  idle.destroy();
}, 180_000);

test.each(["127.0.0.1", "0.0.0.0"])(
  "a port that is taken is never shared: a second server on %s says who has it",
  async (host) => {
    const server = await start();
    const { port } = new URL(server.url);
    const command = [process.execPath, `${repo}/cli/main.ts`, "serve", "--host", host, "--port", port];
    const env = { PATH: process.env.PATH, HOME: newHome(), OV_RUNTIME_DIR: runtimeDir() };
    const second = Bun.spawn(command, { env, stdio: ["ignore", "ignore", "pipe"] });
    const [output, code] = await Promise.all([second.stderr.text(), second.exited]);
    expect(code).toBe(1);
    const last = output.trim().split("\n").at(-1);
    expect(last).toContain(`Cannot listen on ${host}:${port}: "ov-llm" (pid ${server.pid}) listens there.`);
    expect(last).toContain("--port or OV_PORT");
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  },
);

describe("SIGTERM", () => {
  test("lets a running stream end whole, then nothing is left", async () => {
    const server = await start({ OV_DRAIN_SECONDS: "600" });
    const stream = await openStream(server, { max_tokens: 150 });
    const pid = hostPid(server);
    const exit = server.stop("SIGTERM");
    await server.logged(/SIGTERM: stopping/);
    const events = await stream.end();
    expect(events.at(-1)).toBe("data: [DONE]");
    expect(events.at(-2)).toContain('"finish_reason":"length"');
    expect(await exit).toBe(0);
    expect([isRunning(server.pid), isRunning(pid)]).toEqual([false, false]);
    expect(server.log().at(-1)).toMatch(/ stopped$/);
  });

  test("a second time ends the server at once, its stream with an error", async () => {
    // Waits for the stream's own end, unless the second signal ends it.
    const server = await start({ OV_DRAIN_SECONDS: "600" });
    const stream = await openStream(server);
    const pid = hostPid(server);
    process.kill(server.pid, "SIGTERM");
    await server.logged(/SIGTERM: stopping/);
    expect(await server.stop("SIGTERM")).toBe(0);
    expect((await stream.end()).at(-1)).toContain('"code":"shutting_down"');
    expect(isRunning(pid)).toBe(false);
  });
});

test("a server that is killed takes its engine along", async () => {
  const server = await start();
  expect(await answer(server)).toBe(200);
  const pid = hostPid(server);
  expect(isRunning(pid)).toBe(true);
  await server.stop("SIGKILL");
  await eventually(() => !isRunning(pid));
});
