import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { Ollama } from "ollama";
import { Pull, PullList } from "../../src/api/operate/pulls.ts";
import { runChecks } from "../client/run-python.ts";
import { makeConvertHome, makeModel, makeOpenVino } from "../convert/fake-models.ts";
import { startFakeHub, toRepository } from "../fakes/hub.ts";
import { errorOf } from "../helpers/failure.ts";
import { childrenOf, eventually, isRunning } from "../helpers/processes.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

// A real server and real child processes; the hub, the exporter and the engine are fakes.
setDefaultTimeout(180_000);
const temp = createTempDir();
const key = "a key of the tests";
const headers = { authorization: `Bearer ${key}` };
const slow = new Uint8Array(3_000_000);
/** What lets the conversion of Acme/One end. */
const go = join(temp, "go");
const model = (name: string, files = {}) => toRepository(makeModel(join(temp, name), files));
const hub = startFakeHub({
  repositories: {
    "Acme/Tiny": model("tiny"),
    "Acme/Py": model("python"),
    "Acme/One": model("one", { behaviour: `wait ${go}` }),
    "Acme/Two": model("two"),
    "Acme/Hanging": model("hanging", { behaviour: "hang" }),
    "Acme/Code": model("code", { "config.json": '{"auto_map":{"AutoModel":"m.Model"}}' }),
    "Acme/Slow": { ...toRepository(makeOpenVino(join(temp, "slow"))), "openvino_model.bin": slow },
  },
  hold: { file: "openvino_model.bin", after: 1_000_000 },
});
const place = makeConvertHome(createTempDir());
let server: TestServer;
let client: Ollama;

beforeAll(async () => {
  const env = { ...place.env, HF_ENDPOINT: hub.url, OV_API_KEY: key };
  server = await startServer({ home: place.home, models: {}, env });
  client = new Ollama({ host: server.url, headers });
});

afterAll(async () => {
  await server?.stop();
  await hub.stop();
});

async function send(path: string, body?: object) {
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`${server.url}${path}`, init);
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}

async function waitFor(id: string, state: string) {
  for (;;) {
    const { answer } = await send(`/v1/pulls/${id}`);
    const pull = Value.Parse(Pull, answer);
    if (pull.state === state) return pull;
    if (pull.state === "failed") throw new Error(pull.error?.message);
    await Bun.sleep(50);
  }
}

const start = async (name: string) => Value.Parse(Pull, (await send("/v1/pulls", { model: name })).answer);

describe("POST /api/pull", () => {
  test("brings a model for Ollama's client, with progress, and its model is served at once", async () => {
    const lines = [];
    for await (const line of await client.pull({ model: "Acme/Tiny", stream: true })) lines.push(line);
    expect(lines[0]).toEqual({ status: "pulling manifest" } as never);
    const weights = lines.findLast(({ digest }) => digest?.startsWith("sha256:"));
    expect(weights?.status).toBe(`pulling ${weights?.digest.slice(7, 19)}`);
    expect(weights?.completed).toBe(weights?.total);
    expect(lines.map(({ status }) => status)).toContain("testing it in the engine");
    expect(lines.at(-1)?.status).toBe("success");
    expect((await client.list()).models.map(({ name }) => name)).toContain("tiny:latest");
    expect(await client.pull({ model: "Acme/Tiny" })).toEqual({ status: "success" } as never);
    expect(await client.pull({ model: "tiny" })).toEqual({ status: "success" } as never);
    // Clients go on with the name that they pulled.
    expect(await client.show({ model: "Acme/Tiny" })).toMatchObject({ details: { format: "openvino" } });
  });

  test("brings one for the Python client, too", async () => {
    const checks = await runChecks("ollama_pull.py", place.home, server.url, key, "Acme/Py", "Acme/none");
    expect(checks.get("pull")).toMatchObject({ last: "success", digests: 3 });
    expect(checks.get("missing")).toMatchObject({
      exception: "ResponseError",
      error: expect.stringContaining("Cannot download Acme/none: there is no such model"),
    });
  });

  test.each([
    ["Acme/none", /there is no such model/],
    ["llama9", /no model of "ov-llm catalog" has that name/],
    ["Acme/Code", /Python files.* run "ov-llm convert Acme\/Code" on the server/],
  ])("of %s fails in Ollama's way", async (name, message) => {
    const error = await errorOf(client.pull({ model: name }));
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  test("is cancelled when its client leaves, and the next one resumes", async () => {
    const before = hub.requests.length;
    const stop = new AbortController();
    const body = JSON.stringify({ model: "Acme/Slow" });
    const pull = fetch(`${server.url}/api/pull`, { method: "POST", headers, body, signal: stop.signal });
    await hub.held;
    const partial = join(place.src, "Slow/.openvino_model.bin.incomplete");
    await eventually(() => existsSync(partial) && Bun.file(partial).size === 1_000_000);
    stop.abort();
    await errorOf(pull.then((response) => response.text()));
    await server.logged(/pull cancelled .*model=Acme\/Slow/);
    expect((await client.pull({ model: "Acme/Slow" })).status).toBe("success");
    expect(hub.requests.slice(before).filter((request) => request.includes("bytes=1000000-"))).toHaveLength(
      1,
    );
  });
});

describe("/v1/pulls", () => {
  test("runs them one after another, to their end, and the bus shows it", async () => {
    const stop = new AbortController();
    const following = await fetch(`${server.url}/v1/events?types=conversion`, {
      headers,
      signal: stop.signal,
    });
    const [one, two] = [await start("Acme/One"), await start("Acme/Two")];
    expect((await start("Acme/One")).id).toBe(one.id);
    writeFileSync(go, "");
    expect(await waitFor(two.id, "done")).toMatchObject({ name: "two", error: null });
    expect(await waitFor(one.id, "done")).toMatchObject({ name: "one" });
    const names = await readUntil(following, "conversion.finished Acme/Two");
    stop.abort();
    expect(names.filter((name) => !name.startsWith("conversion.progress"))).toEqual([
      "conversion.queued Acme/One",
      "conversion.started Acme/One",
      "conversion.queued Acme/Two",
      "conversion.finished Acme/One",
      "conversion.started Acme/Two",
      "conversion.finished Acme/Two",
    ]);
    const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
    expect(metrics).toMatch(/^ov_llm_conversions_total\{result="converted"\} [1-9]/m);
    const { answer } = await send("/v1/pulls");
    expect(Value.Parse(PullList, answer).data.map(({ model }) => model)).toContain("Acme/Two");
  });

  test("a cancelled conversion leaves nothing half made", async () => {
    const { id } = await start("Acme/Hanging");
    await eventually(() => existsSync(join(place.out, "hanging")));
    await send(`/v1/pulls/${id}/cancel`, {});
    expect(await waitFor(id, "cancelled")).toMatchObject({ error: { code: "request_cancelled" } });
    expect(existsSync(join(place.src, "Hanging/model.safetensors"))).toBe(true);
    expect(existsSync(join(place.out, "hanging"))).toBe(false);
    expect((await send("/v1/pulls/none")).status).toBe(404);
  });
});

describe("a server that stops", () => {
  test("ends what it pulls, with nothing half made", async () => {
    const own = makeConvertHome(createTempDir());
    const other = await startServer({
      home: own.home,
      models: {},
      env: { ...own.env, HF_ENDPOINT: hub.url },
    });
    const init = { method: "POST", body: JSON.stringify({ model: "Acme/Hanging" }) };
    await fetch(`${other.url}/v1/pulls`, init);
    await eventually(() => existsSync(join(own.out, "hanging")));
    const pids = childrenOf(other.pid);
    expect(pids.length).toBeGreaterThan(0);
    const read = (name: string) => pids.map((pid) => readFileSync(`/proc/${pid}/${name}`, "utf8").trim());
    expect(read("oom_score_adj")).toContain("900");
    expect(read("stat").map((line) => line.split(") ")[1]?.split(" ")[16])).toContain("10");
    expect(await other.stop()).toBe(0);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(existsSync(join(own.out, "hanging"))).toBe(false);
  });

  test("pulls nothing with OV_PULL off", async () => {
    const own = makeConvertHome(createTempDir());
    const env = { ...own.env, HF_ENDPOINT: hub.url, OV_PULL: "false" };
    const other = await startServer({ home: own.home, models: {}, env });
    const init = { method: "POST", body: JSON.stringify({ model: "Acme/Tiny" }) };
    const response = await fetch(`${other.url}/api/pull`, init);
    expect([response.status, await response.json()]).toEqual([
      403,
      { error: 'This server pulls no models: OV_PULL is off. Run "ov-llm pull" on the server.' },
    ]);
    await other.stop();
  });
});

/** `event model` of each server-sent event, up to one of them. */
async function readUntil({ body }: Response, last: string): Promise<string[]> {
  let text = "";
  const read = () =>
    [...text.matchAll(/^event: (.*)\ndata: (.*)\n\n/gm)].map(
      ([, event, data = ""]) => `${event} ${JSON.parse(data).model}`,
    );
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (read().includes(last)) break;
  }
  return read();
}
