import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { type ChatCompletion, ChatCompletion as Schema } from "../../src/api/openai/chat/response.ts";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { ModelList } from "../../src/api/openai/models.ts";
import { modelPath } from "../helpers/environment.ts";
import { embeddingIr } from "../helpers/ir.ts";
import { hostPid, isRunning } from "../helpers/processes.ts";
import { readEvents, smol, smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const [home, plainHome] = [createTempDir(), createTempDir()];
const berlin = "The capital of Germany is Berlin.";
let server: TestServer;

beforeAll(async () => {
  const fallback = join(home, "My_Fallback Model.gguf");
  symlinkSync(modelPath(), fallback);
  server = await startServer({ home, env: { OV_MODEL_PATH: fallback } });
  await answer();
});
afterAll(() => server.stop());

const question = { messages: [{ role: "user", content: "What is the capital of Germany?" }] };

const chat = (body: Record<string, unknown> = {}) =>
  server.chat({ ...question, temperature: 0, max_tokens: 20, ...body });

async function answer(body: Record<string, unknown> = {}): Promise<ChatCompletion> {
  const response = await chat(body);
  const found: unknown = await response.json();
  if (!Value.Check(Schema, found)) throw new Error(`No answer: ${response.status} ${JSON.stringify(found)}`);
  expect(found.choices[0]?.message.content).toBe(berlin);
  return found;
}

async function errorOf(body: Record<string, unknown>, asked = server) {
  const response = await asked.chat({ ...question, ...body });
  const found: unknown = await response.json();
  if (!Value.Check(ErrorBody, found)) throw new Error(`No error: ${JSON.stringify(found)}`);
  const retryAfter = response.headers.get("retry-after");
  return { status: response.status, ...found.error, retryAfter: retryAfter && Number(retryAfter) };
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${server.url}${path}`)).json();
}

async function names(): Promise<string[]> {
  return Value.Decode(ModelList, await get("/v1/models")).data.map(({ id }) => id);
}

const count = (pattern: RegExp) => server.log().filter((line) => pattern.test(line)).length;

/** The file's head loses a key that the daemon does not read and the engine requires. */
function damage(path: string): void {
  const file = openSync(path, "r+");
  const head = Buffer.alloc(4096);
  readSync(file, head, 0, head.length, 0);
  writeSync(file, "lxama", head.indexOf("llama.attention.head_count"));
  closeSync(file);
}

test("a model added while serving answers at once, and is gone with its entry", async () => {
  expect(await errorOf({ model: "fresh" })).toMatchObject({ status: 404, code: "model_not_found" });
  server.register({ [smol]: smolEntry(), fresh: smolEntry() });
  expect((await answer({ model: "fresh" })).model).toBe("fresh");
  const pid = hostPid(server, "fresh");
  expect(isRunning(pid)).toBe(true);
  server.register({ [smol]: smolEntry() });
  const error = await errorOf({ model: "fresh" });
  expect(error).toMatchObject({ status: 404, code: "model_not_found" });
  expect(error.message).toContain(`there is "${smol}".`);
  expect(await names()).toEqual([smol]);
  await server.logged(/unloaded model model=fresh/);
  expect(isRunning(pid)).toBe(false);
  expect(count(/registry reloaded added=fresh/)).toBe(1);
  expect(count(/registry reloaded removed=fresh/)).toBe(1);
});

test("an alias answers with the model's own name, and never reloads it", async () => {
  server.register({ [smol]: smolEntry({ aliases: ["gpt-4o", "default"] }) });
  expect((await answer({ model: "gpt-4o" })).model).toBe(smol);
  expect(await get("/v1/models/default")).toMatchObject({
    id: "default",
    parent: smol,
    aliases: ["gpt-4o", "default"],
  });
  server.register({ [smol]: smolEntry() });
  expect(await errorOf({ model: "gpt-4o" })).toMatchObject({ code: "model_not_found" });
  expect(count(/ loaded model model=smollm2/)).toBe(1);
});

test("weights that are replaced under the same path are loaded at the next request, while the running one ends on the old", async () => {
  const [path, next] = [join(home, "swapped.gguf"), join(home, "swapped.gguf.next")];
  copyFileSync(modelPath(), path);
  server.register({ [smol]: smolEntry(), swapped: smolEntry({ path }) });
  await answer({ model: "swapped" });
  const pid = hostPid(server, "swapped");
  const running = chat({ model: "swapped", stream: true, ignore_eos: true, max_tokens: 60 });
  const events = readEvents(await running);
  copyFileSync(modelPath(), next);
  renameSync(next, path);
  await answer({ model: "swapped" });
  expect(hostPid(server, "swapped")).not.toBe(pid);
  expect(isRunning(pid)).toBe(false);
  expect((await events).at(-1)).toBe("[DONE]");
  await answer({ model: "swapped" });
  expect(count(/ loaded model model=swapped/)).toBe(2);
  expect(count(/unloading model model=swapped why=changed/)).toBe(1);
  server.register({ [smol]: smolEntry() });
  await answer();
});

test("a broken registry keeps the last good one, is reported once for each change, and recovers", async () => {
  const broken = new RegExp(`The registry "${server.registryPath}" is not valid JSON`);
  for (const [text, times] of [
    ['{ "version": 1, "models": {', 1],
    ['{ "version": 1, "models": ', 2],
  ] as const) {
    writeFileSync(server.registryPath, text);
    expect((await answer()).model).toBe(smol);
    const degraded = { status: "degraded", registered: 1, reason: expect.stringMatching(broken) };
    expect(await get("/health")).toMatchObject(degraded);
    await answer();
    expect(count(broken)).toBe(times);
  }
  server.register({ [smol]: smolEntry(), "not here": smolEntry({ path: "/nowhere/model" }) });
  const gone = 'Model "not here" cannot be served: there is nothing at "/nowhere/model".';
  expect(await get("/health")).toMatchObject({
    status: "degraded",
    reason: expect.stringContaining(gone),
    registered: 2,
    on_disk: 1,
  });
  expect(count(/there is nothing at "\/nowhere\/model"/)).toBe(1);
  server.register({ [smol]: smolEntry() });
  expect(await get("/health")).toMatchObject({ status: "ok", reason: null, registered: 1, on_disk: 1 });
  expect(count(/ loaded model model=smollm2/)).toBe(1);
});

test("a bad entry is skipped and reported, the others serve", async () => {
  server.register({ [smol]: smolEntry(), bad: smolEntry({ path: "models/relative" }) });
  expect((await answer()).model).toBe(smol);
  expect(await errorOf({ model: "bad" })).toMatchObject({ status: 404, code: "model_not_found" });
  expect(await names()).toEqual([smol]);
  expect(count(/Registry entry "bad" is skipped: its "path" is "models\/relative", but must be/)).toBe(1);
});

describe("a path that holds no model that can be served gets a clear error, the others serve", () => {
  const cut = (name: string, bytes: number) => {
    const path = join(home, name);
    copyFileSync(modelPath(), path);
    truncateSync(path, bytes);
    return path;
  };

  test("a stale path", async () => {
    server.register({ [smol]: smolEntry(), gone: smolEntry({ path: "/nowhere/model" }) });
    const error = await errorOf({ model: "gone" });
    expect(error).toMatchObject({ status: 503, code: "model_path_invalid", retryAfter: null });
    expect(error.message).toContain('"/nowhere/model": it does not exist');
    expect(await get("/v1/models/gone")).toMatchObject({ id: "gone", loaded: false, context_length: null });
    await answer();
  });

  test("a raw Hugging Face folder, which names `ov-llm convert`", async () => {
    const path = join(home, "Raw-Model");
    mkdirSync(path);
    for (const file of ["config.json", "model.safetensors"]) writeFileSync(join(path, file), "{}");
    server.register({ [smol]: smolEntry(), raw: smolEntry({ path }) });
    const error = await errorOf({ model: "raw" });
    expect(error).toMatchObject({ status: 503, code: "model_path_invalid" });
    expect(error.message).toMatch(/raw Hugging Face model.*`ov-llm convert ".*Raw-Model"`/);
    const sentence = `Model "raw" cannot be served from "${path}": it is a raw Hugging Face model`;
    expect(await get("/health")).toMatchObject({
      status: "degraded",
      reason: expect.stringContaining(sentence),
      on_disk: 2,
    });
    await answer();
  });

  test("a model for a task that is not served: listed, and never loaded", async () => {
    const task = "fill-mask";
    server.register({ [smol]: smolEntry(), mask: smolEntry({ task }) });
    const error = await errorOf({ model: "mask" });
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error", code: "task_unsupported" });
    expect(error.message).toStartWith(
      `Cannot use model "mask": the task "${task}" (words for gaps) is not served yet`,
    );
    const load = await fetch(`${server.url}/v1/models/mask/load`, { method: "POST" });
    expect(load.status).toBe(400);
    expect(await get("/v1/models/mask")).toMatchObject({ id: "mask", task, loaded: false });
    expect(await names()).toEqual([smol, "mask"]);
    await answer();
  });

  test("an embedding export that is registered as a language model", async () => {
    const path = join(home, "embedding");
    mkdirSync(path);
    for (const file of ["openvino_model.bin", "openvino_tokenizer.xml"]) writeFileSync(join(path, file), "x");
    writeFileSync(join(path, "openvino_model.xml"), embeddingIr);
    server.register({ [smol]: smolEntry(), wrong: smolEntry({ path }) });
    const error = await errorOf({ model: "wrong" });
    expect(error).toMatchObject({ status: 503, code: "model_path_invalid" });
    expect(error.message).toMatch(
      /"text-generation-with-past": its files are of a model for "feature-extraction"/,
    );
    await answer();
  });

  test("a file cut in the middle of its tensors", async () => {
    const path = cut("half.gguf", statSync(modelPath()).size / 2);
    server.register({ [smol]: smolEntry(), half: smolEntry({ path }) });
    const error = await errorOf({ model: "half" });
    expect(error).toMatchObject({ status: 503, code: "model_path_invalid" });
    expect(error.message).toMatch(/is truncated at \d+ of at least \d+ bytes/);
    await answer();
  });

  // The last tensor has 2,304 bytes, so that the head of the file is no help.
  test.each([100, 1500])("a file that lacks its last %d bytes", async (bytes) => {
    const path = cut(`cut-${bytes}.gguf`, statSync(modelPath()).size - bytes);
    server.register({ [smol]: smolEntry(), cut: smolEntry({ path }) });
    const error = await errorOf({ model: "cut" });
    expect(error.status).toBe(503);
    expect(["model_path_invalid", "model_load_failed"]).toContain(error.code ?? "");
    expect(error.message).toContain("cut");
    await answer();
  });

  test("a damaged file: one load fails, then a cool-down says when to come again", async () => {
    const path = cut("damaged.gguf", statSync(modelPath()).size);
    damage(path);
    server.register({ [smol]: smolEntry(), damaged: smolEntry({ path }) });
    const [first, beside] = await Promise.all([errorOf({ model: "damaged" }), answer()]);
    expect(beside.model).toBe(smol);
    const again = await errorOf({ model: "damaged", stream: true });
    for (const error of [first, again]) {
      expect(error).toMatchObject({ status: 503, type: "server_error", code: "model_load_failed" });
      expect(error.message).toContain('Cannot load model "damaged"');
      expect(error.retryAfter).toBeGreaterThanOrEqual(1);
      expect(error.retryAfter).toBeLessThanOrEqual(10);
    }
    expect(count(/ loading model model=damaged /)).toBe(1);
    expect(count(/error Cannot load model "damaged": .* model=damaged /)).toBe(1);
    await answer();
  });
});

test("a changed entry: its running stream ends well, then a new process answers", async () => {
  server.register({ [smol]: smolEntry() });
  const [pid, fingerprint] = [hostPid(server, smol), (await answer()).system_fingerprint];
  const long = { max_tokens: 120, ignore_eos: true, stream: true, stream_options: { include_usage: true } };
  const stream = await chat(long);
  server.register({ [smol]: smolEntry({ context_length: 2048 }) });
  const [events, after] = await Promise.all([readEvents(stream), answer()]);
  expect(events.pop()).toBe("[DONE]");
  expect(events.pop()).toMatchObject({ system_fingerprint: fingerprint, usage: { completion_tokens: 120 } });
  expect(after.system_fingerprint).not.toBe(fingerprint);
  expect(hostPid(server, smol)).not.toBe(pid);
  expect([isRunning(pid), isRunning(hostPid(server, smol))]).toEqual([false, true]);
  expect(await get(`/v1/models/${smol}`)).toMatchObject({ state: "ready", context_length: 2048 });
  const log = server.log().map((line) => / (un)?loaded model model=smollm2/.exec(line)?.[0]);
  expect(log.filter(Boolean)).toHaveLength(3);
});

describe("a request that names no model", () => {
  test("is answered by OV_MODEL_PATH, under the name that the registry has for it", async () => {
    expect((await answer({ model: undefined })).model).toBe(smol);
    expect((await answer({ model: null })).model).toBe(smol);
    expect(await names()).toEqual([smol]);
    server.register({});
    expect(await names()).toEqual(["my-fallback-model"]);
  });

  test("gets 400 without OV_MODEL_PATH", async () => {
    const plain = await startServer({ home: plainHome });
    const error = await errorOf({ model: undefined }, plain);
    expect(await plain.stop()).toBe(0);
    expect(error).toMatchObject({ status: 400, code: "model_required", param: "model" });
    expect(error.message).toContain(`there is "${smol}"`);
  });
});

test("all of it was served by one and the same server", async () => {
  expect(await get("/health")).toMatchObject({ status: "ok", pid: server.pid });
});
