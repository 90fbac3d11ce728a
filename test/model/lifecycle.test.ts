import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { ChatCompletion } from "../../src/api/openai/chat/response.ts";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { Model } from "../../src/api/openai/models.ts";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { isNative } from "../helpers/engine.ts";
import { encodersPath, runtimeDir } from "../helpers/environment.ts";
import { eventually, hostPid, isRunning } from "../helpers/processes.ts";
import { smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const gb = 2 ** 30;
const home = createTempDir();
let server: TestServer;

/** A folder that passes for an OpenVINO model with 4 GB of weights, and takes no disk. */
function makeHuge(): string {
  const path = join(home, "huge");
  mkdirSync(path);
  for (const file of ["openvino_model.xml", "openvino_tokenizer.xml", "openvino_detokenizer.xml"]) {
    writeFileSync(join(path, file), "<xml/>");
  }
  writeFileSync(join(path, "openvino_model.bin"), "");
  truncateSync(join(path, "openvino_model.bin"), 4 * gb);
  return path;
}

const models = {
  first: smolEntry(),
  second: smolEntry(),
  huge: smolEntry({ path: makeHuge() }),
  ...(!isNative && {
    embedder: { path: join(encodersPath(), "minilm"), task: "feature-extraction", weight_format: "fp32" },
  }),
};

async function ask(model: string, extra: Record<string, unknown> = {}): Promise<unknown> {
  const messages = [{ role: "user", content: "Hi" }];
  const response = await server.chat({ model, messages, max_tokens: 4, ...extra });
  const body: unknown = await response.json();
  return Value.Check(ChatCompletion, body) ? body.model : Value.Check(ErrorBody, body) ? body.error : body;
}

async function embed(): Promise<number> {
  const body = JSON.stringify({ model: "embedder", input: "A river" });
  return (await fetch(`${server.url}/v1/embeddings`, { method: "POST", body })).status;
}

async function show(model: string): Promise<Model> {
  const body: unknown = await (await fetch(`${server.url}/v1/models/${model}`)).json();
  return Value.Decode(Model, body);
}

describe("with memory for one model", () => {
  beforeAll(async () => {
    const env = { OV_MEMORY_BUDGET: "2GB", OV_KV_CACHE_GB: "1", OV_PRELOAD: "first,nobody" };
    // What it logs of a load, and what it computes after one.
    const more = { OV_LOG_LEVEL: "debug", OV_WARM_PREFIXES: "1" };
    server = await startServer({ home, models, env: { ...env, ...more } });
  });
  afterAll(() => server.stop());

  test("the start logs the budget, loads what OV_PRELOAD names, and reports a name that it does not know", async () => {
    expect(await server.logged(/ memory for models /)).toContain(
      'budget="2.0 GB" from=OV_MEMORY_BUDGET kv_cache="1 GB"',
    );
    expect(await server.logged(/cannot preload/)).toContain(`Cannot find model "nobody"`);
    await server.logged(/ loaded model model=first .* memory="[\d.]+ [MG]B" pid=/);
    const { state, memory_bytes, running, tokens_per_second } = await show("first");
    expect({ state, running, tokens_per_second }).toEqual({
      state: "ready",
      running: 0,
      tokens_per_second: null,
    });
    expect(memory_bytes).toBeGreaterThan(gb / 10);
    expect(memory_bytes).toBeLessThan(gb);
  });

  test.skipIf(isNative)("a load reports where its time went", async () => {
    const stages = "daemon imports device compile tokenizer warm_up grammar rest".split(" ");
    const line = await server.logged(/ stages of the load, in seconds model=first /);
    for (const stage of stages) expect(line).toMatch(new RegExp(` ${stage}=[\\d.]+( |$)`));
  });

  test("another model takes the place of the idle one, whose process is gone with all its memory", async () => {
    const pid = hostPid(server, "first");
    expect(isRunning(pid)).toBe(true);
    expect(await ask("second")).toBe("second");
    await server.logged(/unloading model model=first why=memory for=second running=0 idle_seconds=\d/);
    await server.logged(/unloaded model model=first/);
    expect(isRunning(pid)).toBe(false);
    expect(await show("first")).toMatchObject({ loaded: false, memory_bytes: null });
    expect(await show("second")).toMatchObject({ loaded: true, tokens_per_second: expect.any(Number) });
  });

  test("requests to both in turn are all answered", async () => {
    const names = ["first", "second", "first", "second", "second", "first"];
    expect(await Promise.all(names.map((name) => ask(name)))).toEqual(names);
  });

  test("what can never fit is refused with the numbers, and nothing is evicted for it", async () => {
    const loaded = server.log().length;
    expect(await ask("huge")).toMatchObject({
      code: "insufficient_memory",
      message: expect.stringMatching(
        /"huge" needs about 6\.3 GB of memory \(5\.3 GB for its weights and the engine, 1\.0 GB for its KV cache\); all models may take 2\.0 GB \(OV_MEMORY_BUDGET\)/,
      ),
    });
    const since = server.log().slice(loaded).join("\n");
    expect(since).not.toContain("unloading model");
  });

  test("a model that idles for its entry's time is unloaded; a change of that time counts at once", async () => {
    const name = (await show("first")).loaded ? "first" : "second";
    const pid = hostPid(server, name);
    server.register({ ...models, [name]: smolEntry({ idle_seconds: 0.2 }) });
    await show(name);
    const line = await server.logged(/unloading model model=\w+ why=idle running=0 idle_seconds=/);
    expect(line).toContain(`model=${name} `);
    expect(Number(line.split("=").at(-1))).toBeGreaterThanOrEqual(0.2);
    await eventually(() => server.log().at(-1)?.includes(`unloaded model model=${name}`) === true);
    expect(isRunning(pid)).toBe(false);
    expect(await show(name)).toMatchObject({ loaded: false, memory_bytes: null });
  });

  test("POST load and unload do so, and unload lets an answer end", async () => {
    server.register(models);
    const post = async (what: string) => {
      const response = await fetch(`${server.url}/v1/models/first/${what}`, { method: "POST" });
      return Value.Decode(Model, await response.json());
    };
    expect(await post("load")).toMatchObject({
      loaded: true,
      engine: expect.stringMatching(/^(batching|native)$/),
      running: 0,
    });
    const pid = hostPid(server, "first");
    // It cannot end before it is seen to run.
    process.kill(pid, "SIGSTOP");
    const answer = ask("first", { max_tokens: 100, ignore_eos: true });
    await eventuallyRunning("first");
    const unloaded = post("unload");
    process.kill(pid, "SIGCONT");
    expect(await unloaded).toMatchObject({ loaded: false, state: "unloaded" });
    expect(isRunning(pid)).toBe(false);
    expect(await answer).toBe("first");
  });

  test.skipIf(isNative)(
    "the prefix that a model's prompts had is computed again after a load, and the next request finds it",
    async () => {
      const system = "Answer in one word, whatever you are asked. ".repeat(60);
      const cached = async (question: string) => {
        const messages = [
          { role: "system", content: system },
          { role: "user", content: question },
        ];
        const body: unknown = await (await server.chat({ model: "first", messages, max_tokens: 1 })).json();
        return Value.Decode(ChatCompletion, body).usage?.prompt_tokens_details?.cached_tokens ?? null;
      };
      expect(await cached("What is a river?")).toBe(0);
      await cached("Who paints?");
      for (const what of ["unload", "load"])
        await fetch(`${server.url}/v1/models/first/${what}`, { method: "POST" });
      await server.logged(/warmed prompt prefixes model=first prefixes=1 tokens=\d+ /);
      expect(await cached("Where is it?")).toBeGreaterThan(300);
    },
  );

  test.skipIf(isNative)(
    "an embedding model stays beside a language model where both fit; the older one leaves for a third",
    async () => {
      const loaded = async () => {
        const states = await Promise.all(["first", "second", "embedder"].map(show));
        return states.filter((one) => one.loaded).map(({ id }) => id);
      };
      expect([await ask("first"), await embed()]).toEqual(["first", 200]);
      expect(await loaded()).toEqual(["first", "embedder"]);
      expect([await ask("second"), await embed()]).toEqual(["second", 200]);
      expect(await loaded()).toEqual(["second", "embedder"]);
      const answers = ["first", "second"].map((name) => ask(name));
      const vectors = Promise.all([embed(), embed(), embed()]);
      expect(await Promise.all(answers)).toEqual(["first", "second"]);
      expect(await vectors).toEqual([200, 200, 200]);
    },
  );
});

async function eventuallyRunning(model: string, waiting = 0): Promise<void> {
  for (;;) {
    const now = await show(model);
    if (now.running === 1 && now.waiting === waiting) return;
    await Bun.sleep(20);
  }
}

test("a client with many requests does not hold up another one", async () => {
  server = await startServer({ home: createTempDir(), models, env: { OV_MAX_CONCURRENT: "1" } });
  await ask("first");
  const pid = hostPid(server, "first");
  // While the engine stands still, all of them come into the line.
  process.kill(pid, "SIGSTOP");
  const many = Array.from({ length: 40 }, () => ask("first", { max_tokens: 1 }));
  await eventuallyRunning("first", 39);
  const other = askFrom("127.0.0.2", server);
  await eventuallyRunning("first", 40);
  process.kill(pid, "SIGCONT");
  expect(await Promise.all(many)).toEqual(Array(40).fill("first"));
  await other;
  await server.logged(/POST \/v1\/chat\/completions 200/, 42);
  const done = server.log().filter((line) => line.includes("POST /v1/chat/completions 200"));
  expect(done).toHaveLength(42);
  // Before it: the one that woke the model, the one that ran, and the first of the line.
  expect(done.findIndex((line) => line.includes("client=127.0.0.2"))).toBe(3);
  await server.stop();
  await eventually(() => !isRunning(pid));
});

/** The same question from another address of this machine, as another client would ask. */
async function askFrom(address: string, { url }: TestServer): Promise<void> {
  const program = `
import http.client, json, sys
connection = http.client.HTTPConnection(sys.argv[1], source_address=(sys.argv[2], 0))
body = {"model": "first", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4}
connection.request("POST", "/v1/chat/completions", json.dumps(body))
sys.exit(0 if connection.getresponse().status == 200 else 1)`;
  const python = runtimePython(runtimeDir());
  const child = Bun.spawn([python, "-c", program, new URL(url).host, address]);
  expect(await child.exited).toBe(0);
}
