import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createKeyring } from "../../../src/http/auth.ts";
import { readLines } from "../../../src/protocol/lines.ts";
import { createMemoryHost } from "../../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../../helpers/app.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { findFreePort, toTarget } from "../run-cli.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const main = join(import.meta.dir, "../../../cli/main.ts");
const words = "river stone music paper light water house bread ";

function serve(fetch: (request: Request) => Response | Promise<Response>) {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
  afterAll(() => server.stop(true));
  return server;
}

function serveApp(options: TestAppOptions = {}) {
  const app = createTestApp(options);
  return serve((request) => app.handle(request, "-"));
}

interface Run {
  server?: { port: number | undefined };
  input?: string;
  env?: Record<string, string>;
}

function start(args: string[], { server = app, input, env = {} }: Run = {}) {
  return Bun.spawn([process.execPath, main, "chat", ...args, ...toTarget(server)], {
    cwd: home,
    env: { HOME: home, PATH: process.env.PATH, ...env },
    stdin: input === undefined ? "ignore" : new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function chat(args: string[], run?: Run) {
  const child = start(args, run);
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}

const app = serveApp();
/** What a server that a test plays lists. */
const models = { data: [{ id: "m", task: "text-generation", type: "llm", loaded: true }] };

describe("ov-llm chat MODEL QUESTION", () => {
  test("prints the answer alone", async () => {
    expect(await chat(["memory", "Why?"])).toEqual({ code: 0, out: `${words}\n`, err: "" });
  });

  test("--json prints one object with usage and timings", async () => {
    const { code, out } = await chat(["memory", "Why?", "--json"]);
    expect([code, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({
        model: "memory",
        answer: words,
        finish_reason: "stop",
        usage: expect.objectContaining({ completion_tokens: 8 }),
        timings: expect.objectContaining({ predicted_n: 8 }),
      }),
    ]);
  });

  test("what is piped in comes before the question, the instructions before both", async () => {
    const host = createMemoryHost();
    const server = serveApp({ load: async () => ({ host, defaults: {} }) });
    const args = ["memory", "write a", "message", "--system", "Be brief.", "--max-tokens", "3"];
    const { code, err } = await chat([...args, "--temperature", "0"], { server, input: "+ a line\n" });
    expect([code, err]).toEqual([0, "The answer was cut off at the token limit (--max-tokens).\n"]);
    const [asked] = host.asked;
    expect(asked).toMatchObject({
      prompt: "Be brief. + a line\n\nwrite a message",
      max_tokens: 3,
      sampling: { temperature: 0 },
    });
  });

  test("--image shows pictures before the question", async () => {
    const asked = Promise.withResolvers<unknown>();
    const server = serve(async (request) => {
      if (request.method === "GET") return Response.json(models);
      asked.resolve(await request.json());
      return new Response("data: [DONE]\n\n", { headers: { "content-type": "text/event-stream" } });
    });
    const path = join(home, "a.png");
    writeFileSync(path, Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
    expect((await chat(["m", "What?", "--image", path, "--image", path], { server })).code).toBe(0);
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
    expect(await asked.promise).toMatchObject({
      messages: [{ role: "user", content: [picture, picture, { type: "text", text: "What?" }] }],
    });
    expect((await chat(["m", "What?", "--image", main], { server })).err).toContain("it is not a PNG");
    expect(await chat(["m", "--image", path], { server })).toMatchObject({
      code: 2,
      err: expect.stringContaining("--image of"),
    });
  });

  test("without a question it answers what is piped in, and without a model one that is there", async () => {
    expect(await chat([], { input: "Why?" })).toMatchObject({ code: 0, out: `${words}\n` });
  });

  test("a single argument with a space is the question, a first of several the model", async () => {
    expect(await chat(["Why is it so?"])).toEqual({ code: 0, out: `${words}\n`, err: "" });
    const { code, err } = await chat(["no model", "Why?"]);
    expect([code, err]).toEqual([
      1,
      'error: Cannot find model "no model": there is "memory". A question comes after the model, as in: ov-llm chat MODEL "Why?"\n',
    ]);
  });

  test.each([
    ["qwen3:8b", "ov-llm pull qwen3:8b"],
    ["llama3.2:3b", "ov-llm pull llama3.2:3b"],
    ["Acme/Tiny-1B", "ov-llm pull Acme/Tiny-1B"],
  ])("a model that is not here, %p: names the command that gets it", async (name, command) => {
    const { code, err } = await chat([name, "Why?"]);
    expect([code, err]).toEqual([
      1,
      `error: Cannot find model "${name}": there is "memory". Get it with "${command}".\n`,
    ]);
  });

  test("without a model it asks OV_DEFAULT_MODEL, where the server has it", async () => {
    const two = { data: [...models.data, { ...models.data[0], id: "n", loaded: false }] };
    const asked: unknown[] = [];
    const server = serve(async (request) => {
      if (request.method === "GET") return Response.json(two);
      asked.push(await request.json());
      return new Response("data: [DONE]\n\n", { headers: { "content-type": "text/event-stream" } });
    });
    for (const name of ["n", "nobody"]) {
      await chat([], { server, input: "Why?", env: { OV_DEFAULT_MODEL: name } });
    }
    expect(asked).toMatchObject([{ model: "n" }, { model: "m" }]);
  });

  test("reports on stderr that the model is loading", async () => {
    const loaded = Promise.withResolvers<void>();
    const load = async () => {
      await loaded.promise;
      return { host: createMemoryHost(), defaults: {} };
    };
    const child = start(["memory", "Why?"], { server: serveApp({ load }) });
    const notices: string[] = [];
    for await (const lines of readLines(child.stderr)) {
      notices.push(...lines);
      loaded.resolve();
    }
    expect(notices).toEqual(['"memory" is loading; the answer starts after that.']);
    expect([await child.exited, await child.stdout.text()]).toEqual([0, `${words}\n`]);
  });
});

describe("ov-llm chat that cannot be answered", () => {
  test.each([
    [["memroy", "Hi"], 1, 'Cannot find model "memroy": did you mean "memory"?'],
    [["memory"], 2, "requires a terminal or a question"],
    [["memory", "--json"], 2, "--json"],
    [["memory", "Hi", "--max-tokens", "0"], 2, 'Cannot use "0" for --max-tokens'],
    [["memory", "Hi", "--temperature", "warm"], 2, 'Cannot use "warm" for --temperature'],
  ])("%j", async (args, code, sentence) => {
    expect(await chat(args)).toEqual({ code, out: "", err: expect.stringContaining(sentence) });
  });

  test("a model that is not among many: names ten of them", async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `model-${index}`);
    const data = ids.map((id) => ({ ...models.data[0], id }));
    const { err } = await chat(["nothing", "Hi"], { server: serve(() => Response.json({ data })) });
    expect(err).toContain(', "model-9", …');
    expect(err).not.toContain("model-10");
  });

  test("no server: names how to start it", async () => {
    const server = { port: await findFreePort() };
    expect(await chat(["memory", "Hi"], { server })).toMatchObject({
      code: 1,
      err: expect.stringContaining('Start it with "ov-llm serve"'),
    });
  });

  test("a key: missing, wrong and right", async () => {
    const server = serveApp({ keys: createKeyring(() => [{ name: "default", key: "secret-key" }]) });
    const ask = (args: string[], env = {}) => chat(["memory", "Hi", ...args], { server, env });
    expect((await ask([])).err).toContain(
      "requires an API key. Set OV_API_KEY to its key, or pass --api-key.",
    );
    expect((await ask(["--api-key", "wrong-key"])).err).toContain("rejected this API key");
    expect((await ask(["--api-key", "secret-key"], { OV_API_KEY: "wrong-key" })).code).toBe(0);
    expect((await ask([], { OV_API_KEY: "secret-key" })).code).toBe(0);
  });

  test("input that is no text", async () => {
    const child = Bun.spawn([process.execPath, main, "chat", "memory", "Hi", ...toTarget(app)], {
      env: { HOME: home },
      stdin: new Uint8Array([0xff, 0xfe, 0x00]),
      stderr: "pipe",
    });
    expect([await child.exited, await child.stderr.text()]).toEqual([
      2,
      expect.stringContaining("it is not UTF-8 text"),
    ]);
  });
});

describe("an answer that breaks off", () => {
  const chunk = `data: ${JSON.stringify({ choices: [{ delta: { content: "half an" } }] })}\n\n`;
  const serveStream = (events: string) =>
    serve((request) =>
      request.method === "GET"
        ? Response.json(models)
        : new Response(events, { headers: { "content-type": "text/event-stream" } }),
    );
  const error = { message: "The engine crashed.", type: "server_error", param: null, code: "engine_crashed" };

  test.each([
    ["an error event", `${chunk}data: ${JSON.stringify({ error })}\n\n`, "The engine crashed."],
    ["an end without [DONE]", chunk, "broke in the middle of the answer: the stream ended early"],
    ["something else", `${chunk}data: {}\n\n`, "is not part of an answer"],
  ])("%s: exit code 1, and what came stays", async (_how, events, sentence) => {
    const server = serveStream(events);
    expect(await chat(["m", "Hi"], { server })).toEqual({
      code: 1,
      out: "half an\n",
      err: expect.stringContaining(sentence),
    });
    const { code, out } = await chat(["m", "Hi", "--json"], { server });
    expect([code, JSON.parse(out)]).toMatchObject([
      1,
      { answer: "half an", error: { message: expect.stringContaining(sentence) } },
    ]);
  });

  test("a reader that leaves ends the command, without an error", async () => {
    // Each piece is more than a pipe holds: the answer cannot be out before its reader has left.
    const host = createMemoryHost({ writes: Array.from({ length: 10 }, () => "word\n".repeat(20_000)) });
    const endless = createTestApp({ load: async () => ({ host, defaults: {} }), maxTokens: 10 });
    const server = serve((request) => endless.handle(request, "-"));
    const command = `"${process.execPath}" "${main}" chat memory Hi ${toTarget(server).join(" ")} | head -1`;
    const child = Bun.spawn(["bash", "-o", "pipefail", "-c", command], {
      env: { HOME: home, PATH: process.env.PATH },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect([code, out, err]).toEqual([0, "word\n", ""]);
  });
});
