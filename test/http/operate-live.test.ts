import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { Diagnosis } from "../../src/api/operate/doctor.ts";
import { eventually, hostPid, isRunning } from "../helpers/processes.ts";
import { readSamples } from "../helpers/samples.ts";
import { readEvents, smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const keyFile = join(home, "keys");
const laptop = { authorization: "Bearer key-of-the-laptop" };
const phone = { authorization: "Bearer key-of-the-phone" };
const messages = [{ role: "user", content: "Count from one to a thousand." }];
let server: TestServer;

beforeAll(async () => {
  writeFileSync(keyFile, "# mine\nlaptop: key-of-the-laptop\n", { mode: 0o644 });
  server = await startServer({ home, env: { OV_API_KEY_FILE: keyFile, OV_LOG_LEVEL: "debug" } });
});
afterAll(() => server.stop());

const ask = (path: string, headers: Record<string, string>, init: RequestInit = {}) =>
  fetch(server.url + path, { ...init, headers });

async function sample(name: string): Promise<number | undefined> {
  return readSamples(await (await ask("/metrics", laptop)).text()).get(name);
}

/** A stream whose first token has come, and its id. */
async function startStream(id: string): Promise<{ rest: Promise<string>; id: string }> {
  const body = { messages, stream: true, max_tokens: 4000, ignore_eos: true };
  const response = await server.chat(body, { headers: { ...laptop, "x-request-id": id } });
  if (!response.body) throw new Error("no stream");
  const pieces = response.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = "";
  while (!text.includes('"content":"') || text.split("data: ").length < 3) {
    text += (await pieces.next()).value ?? "";
  }
  const rest = (async () => {
    let all = "";
    for await (const piece of { [Symbol.asyncIterator]: () => pieces }) all += piece;
    return all;
  })();
  return { rest, id: /chatcmpl-\w+/.exec(text)?.[0] ?? "" };
}

test("GET /v1/doctor, with the key, finds what the engine sees", async () => {
  expect((await ask("/v1/doctor", {})).status).toBe(401);
  const { findings } = Value.Decode(Diagnosis, await (await ask("/v1/doctor", laptop)).json());
  const shown = findings.map(({ check, status, what }) => `${status} ${check}: ${what}`);
  expect(shown).toContainEqual(expect.stringMatching(/^ok engine: \w+ works: /));
  expect(shown).toContainEqual(expect.stringMatching(/^ok device: Models run on CPU/));
  expect(shown).toContainEqual(expect.stringMatching(/^ok server: ov-llm /));
  expect(shown.filter((line) => line.includes(" hub: "))).toEqual([]);
});

describe("keys of a file", () => {
  test("are warned of when others can read them", async () => {
    expect(await server.logged(/warn .*chmod 600/)).toContain(keyFile);
  });

  test("show their names in the log, never themselves", async () => {
    expect((await ask("/v1/models", laptop)).status).toBe(200);
    expect((await ask("/v1/models", phone)).status).toBe(401);
    expect(await server.logged(/GET \/v1\/models 200 /)).toContain("key=laptop");
    expect(server.log().join("\n")).not.toContain("key-of-the");
  });

  test("are read again at SIGHUP; a file that cannot be used changes nothing", async () => {
    writeFileSync(keyFile, "no-name-and-key-of-the-phone\n");
    process.kill(server.pid, "SIGHUP");
    expect(await server.logged(/stay as they were/)).toContain("line 1 (not shown)");
    expect((await ask("/v1/models", laptop)).status).toBe(200);
    writeFileSync(keyFile, "laptop: key-of-the-laptop\nphone: key-of-the-phone\n");
    process.kill(server.pid, "SIGHUP");
    await server.logged(/reloaded keys and registry/);
    expect((await ask("/v1/models", phone)).status).toBe(200);
    expect(server.log().join("\n")).not.toContain("key-of-the");
  });
});

test("the server becomes ready once it knows its engine", async () => {
  await server.logged(/engine found/);
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
});

test("cancel ends a real stream, frees its place, and shows in the metrics", async () => {
  const { rest, id } = await startStream("mine");
  expect(await sample(`ov_llm_num_requests_running{model="${smol}"}`)).toBe(1);
  expect(await sample(`ov_llm_kv_cache_usage_perc{model="${smol}"}`)).toBeGreaterThan(0);
  const path = `/v1/chat/completions/${id}/cancel`;
  expect((await ask(path, phone, { method: "POST" })).status).toBe(404);
  expect((await ask(path, laptop, { method: "POST" })).status).toBe(200);
  expect(await rest).toContain('"code":"request_cancelled"');
  await server.logged(/ 499 id=mine /);
  expect(await sample(`ov_llm_num_requests_running{model="${smol}"}`)).toBe(0);
  expect(await sample(`ov_llm_request_errors_total{code="request_cancelled",model="${smol}"}`)).toBe(1);
  expect(
    await sample(`ov_llm_request_success_total{finished_reason="stop",model="${smol}"}`),
  ).toBeUndefined();
});

test("the metrics count a real answer, its prefix hits and the engine's memory", async () => {
  for (const _ of [1, 2]) {
    const body = {
      messages: [{ role: "user", content: "word ".repeat(200) }],
      max_tokens: 4,
      ignore_eos: true,
      stream: true,
    };
    await readEvents(await server.chat(body, { headers: laptop }));
  }
  const of = `{model="${smol}"}`;
  expect(await sample(`ov_llm_request_success_total{finished_reason="length",model="${smol}"}`)).toBe(2);
  expect(await sample(`ov_llm_prefix_cache_hits_total${of}`)).toBeGreaterThan(100);
  expect(await sample(`ov_llm_time_to_first_token_seconds_count${of}`)).toBe(3);
  expect(await sample(`ov_llm_host_memory_bytes${of}`)).toBeGreaterThan(100e6);
  expect(await sample(`ov_llm_model_info{device="CPU",engine="batching",model="${smol}"}`)).toBe(1);
});

test("an engine that is killed is a crash, the next load a restart", async () => {
  process.kill(hostPid(server), "SIGKILL");
  await server.logged(/was killed from outside|no memory left/);
  expect(await sample(`ov_llm_host_memory_bytes{model="${smol}"}`)).toBeUndefined();
  await (await server.chat({ messages, max_tokens: 1 }, { headers: laptop })).json();
  expect(await sample(`ov_llm_engine_crashes_total{model="${smol}"}`)).toBe(1);
  expect(await sample(`ov_llm_engine_restarts_total{model="${smol}"}`)).toBe(1);
});

test("while it stops, it is not ready, takes no request and ends what runs", async () => {
  const { rest } = await startStream("last");
  const stopped = server.stop();
  await server.logged(/SIGTERM: stopping/);
  const ready = await fetch(`${server.url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: "not_ready", reasons: ["The server is stopping."] },
  ]);
  const refused = await server.chat({ messages }, { headers: laptop });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  await ask("/v1/chat/completions/last/cancel", laptop, { method: "POST" });
  expect(await rest).toContain("request_cancelled");
  expect(await stopped).toBe(0);
});

test("after a SIGKILL it starts again on its port at once, and no engine is left", async () => {
  const first = await startServer({ home: createTempDir() });
  await (await first.chat({ messages, max_tokens: 1 })).json();
  const engine = hostPid(first);
  await first.stop("SIGKILL");
  const { port } = new URL(first.url);
  const second = await startServer({ home: createTempDir(), flags: ["--port", port] });
  expect(second.url).toBe(first.url);
  await eventually(() => !isRunning(engine));
  const sources = [...new Bun.Glob(`ov-llm-host-${first.pid}-*`).scanSync({ cwd: "/tmp", onlyFiles: false })];
  expect(sources.filter((folder) => existsSync(join("/tmp", folder)))).toEqual([]);
  expect((await second.chat({ messages, max_tokens: 1 })).status).toBe(200);
  expect(await second.stop()).toBe(0);
});
