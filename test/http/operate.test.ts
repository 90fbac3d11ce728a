import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { Cancellation } from "../../src/api/operate/cancel.ts";
import { SuggestionList } from "../../src/api/operate/catalog.ts";
import { Liveness, Readiness } from "../../src/api/operate/health.ts";
import { TuningList } from "../../src/api/operate/tunings.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { listSuggestions } from "../../src/library/suggestions.ts";
import { findReasonsNotToServe } from "../../src/serving/health.ts";
import { createMemoryHost, type MemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";
import { readSamples } from "../helpers/samples.ts";
import { createServed } from "../helpers/served.ts";
import { readEvents } from "../helpers/server.ts";
import { settled } from "../helpers/settled.ts";
import { tuning } from "../helpers/tuning.ts";

const messages = [{ role: "user", content: "Hi" }];
const key = (name: string) => ({ authorization: `Bearer key of ${name}` });
const keysOf = (...names: string[]) =>
  createKeyring(() => names.map((name) => ({ name, key: `key of ${name}` })));

async function codeOf(response: Response): Promise<string | null> {
  return Value.Parse(ErrorBody, await response.json()).error.code;
}

describe("/health/live", () => {
  test("says so, without a key", async () => {
    const response = await createTestApp({ keys: keysOf("a") }).get("/health/live");
    expect([response.status, Value.Check(Liveness, await response.json())]).toEqual([200, true]);
  });
});

describe("/health/ready", () => {
  test.each([[[], 200, "ready"] as const, [["The server is stopping."], 503, "not_ready"] as const])(
    "with the reasons %j answers %d",
    async (reasons, code, status) => {
      const app = createTestApp({ readReadiness: () => [...reasons], keys: keysOf("a") });
      const response = await app.get("/health/ready");
      const body = await response.json();
      expect([response.status, Value.Check(Readiness, body), body]).toEqual([
        code,
        true,
        { status, reasons },
      ]);
      expect(response.headers.get("retry-after")).toBe(code === 503 ? "5" : null);
    },
  );

  test("has a reason until the engine is found, when it fails, and while the server stops", () => {
    const found = {
      device: "CPU",
      engine: { name: "batching", versions: {} },
      engines: [],
      failure: null,
      deviceFailure: null,
    };
    const reasons = (extra: Partial<Parameters<typeof findReasonsNotToServe>[0]>) =>
      findReasonsNotToServe({
        ...createServed(),
        engine: found,
        stopping: false,
        preloading: false,
        ...extra,
      });
    expect(reasons({})).toEqual([]);
    expect(reasons({ stopping: true })).toHaveLength(1);
    expect(reasons({ preloading: true })).toHaveLength(1);
    expect(reasons({ engine: { ...found, engine: null } })).toHaveLength(1);
    expect(reasons({ engine: { ...found, engine: null, failure: "broken" }, stopping: true })).toContain(
      "broken",
    );
  });
});

describe("/v1/chat/completions/{id}/cancel", () => {
  /** One request that never goes on by itself, over hosts in memory. */
  function start(names: string[] = [], asker?: string) {
    const hosts: MemoryHost[] = [];
    const load = async () => {
      const host = createMemoryHost({ gate: () => new Promise(() => {}) });
      hosts.push(host);
      return { host, defaults: {} };
    };
    const app = createTestApp({ load, keys: keysOf(...names) });
    const headers = { "x-request-id": "mine", ...(asker && key(asker)) };
    const cancel = (id: string, by?: string) =>
      app.send(`/v1/chat/completions/${id}/cancel`, { method: "POST", headers: by ? key(by) : {} });
    return { app, hosts, cancel, ask: (stream: boolean) => app.chat({ messages, stream }, { headers }) };
  }

  test("ends a stream with an error event, by the id of its chunks", async () => {
    const { ask, cancel, hosts } = start();
    const response = await ask(true);
    const events = readEvents(response);
    // The first id that the test app makes is the request's; the answer's is the next.
    const ended = await cancel("chatcmpl-0");
    const { id } = Value.Parse(Cancellation, await ended.json());
    expect([ended.status, id]).toEqual([200, "chatcmpl-0"]);
    expect((await events).at(-1)).toMatchObject({ error: { code: "request_cancelled" } });
    await settled();
    expect(hosts[0]?.running()).toBe(0);
  });

  test("ends a plain request with an error, by its x-request-id", async () => {
    const { ask, cancel } = start();
    const response = ask(false);
    await settled();
    expect((await cancel("mine")).status).toBe(200);
    const answer = await response;
    expect([answer.status, await codeOf(answer)]).toEqual([499, "request_cancelled"]);
  });

  test("takes only the key that asked", async () => {
    const { ask, cancel } = start(["a", "b"], "a");
    const response = ask(false);
    await settled();
    expect((await cancel("mine")).status).toBe(401);
    const other = await cancel("mine", "b");
    expect([other.status, await codeOf(other)]).toEqual([404, "request_not_found"]);
    expect((await cancel("mine", "a")).status).toBe(200);
    expect((await response).status).toBe(499);
  });

  test.each(["chatcmpl-nobody", "..%2f..%2fhealth", "mine"])("knows no request %s", async (id) => {
    const response = await start().cancel(id);
    expect([response.status, await codeOf(response)]).toEqual([404, "request_not_found"]);
  });

  test("knows no request that has ended", async () => {
    const app = createTestApp();
    await (await app.chat({ messages }, { headers: { "x-request-id": "mine" } })).json();
    const response = await app.send("/v1/chat/completions/mine/cancel", { method: "POST" });
    expect(await codeOf(response)).toBe("request_not_found");
  });
});

describe("/metrics", () => {
  test("asks for the key", async () => {
    const app = createTestApp({ keys: keysOf("a") });
    expect((await app.get("/metrics")).status).toBe(401);
    const response = await app.send("/metrics", { headers: key("a") });
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
  });

  test("has what requests did, with registered names alone", async () => {
    const app = createTestApp();
    await (await app.chat({ messages })).json();
    await readEvents(await app.chat({ messages, stream: true }));
    await (await app.chat({ messages, model: "made-up-by-a-client" })).json();
    await (await app.chat({ messages, max_tokens: -2 })).json();
    const text = await (await app.get("/metrics")).text();
    const samples = readSamples(text);
    expect(samples.get('ov_llm_request_success_total{finished_reason="stop",model="memory"}')).toBe(2);
    expect(samples.get('ov_llm_time_to_first_token_seconds_count{model="memory"}')).toBe(2);
    expect(samples.get('ov_llm_request_errors_total{code="model_not_found",model=""}')).toBe(1);
    expect(samples.get('ov_llm_request_errors_total{code="invalid_request",model=""}')).toBe(1);
    expect(text).not.toContain("made-up-by-a-client");
  });
});

describe("a keyring", () => {
  test("names whose key it is, and nothing for any other", () => {
    const keys = keysOf("a", "b");
    expect(["key of a", "key of b", "key of", "key of a ", ""].map(keys.nameOf)).toEqual([
      "a",
      "b",
      undefined,
      undefined,
      undefined,
    ]);
    expect([keys.asks, keysOf().asks]).toEqual([true, false]);
  });

  test("takes new keys at a reload, and keeps the old ones when they cannot be read", () => {
    let read = () => [{ name: "old", key: "key of old" }];
    const keys = createKeyring(() => read());
    read = () => {
      throw new Error("gone");
    };
    expect(keys.reload).toThrow("gone");
    expect(keys.nameOf("key of old")).toBe("old");
    read = () => [{ name: "new", key: "key of new" }];
    keys.reload();
    expect([keys.nameOf("key of old"), keys.nameOf("key of new")]).toEqual([undefined, "new"]);
  });
});

describe("/v1/catalog", () => {
  test("lists known models that fit, for a key", async () => {
    const found = listSuggestions({ total: 8 * 2 ** 30, withSwap: 8 * 2 ** 30 });
    const app = createTestApp({ listSuggestions: () => found, keys: keysOf("a") });
    expect((await app.get("/v1/catalog")).status).toBe(401);
    const response = await app.send("/v1/catalog", { headers: key("a") });
    expect(Value.Decode(SuggestionList, await response.json()).data).toEqual(found);
  });
});

describe("/v1/tunings", () => {
  test("lists what was tuned of models that are still where they were, for a key", async () => {
    const kept = [tuning, { ...tuning, path: "/elsewhere" }, { ...tuning, model: "gone" }];
    const app = createTestApp({ readTunings: () => kept, keys: keysOf("a") });
    expect((await app.get("/v1/tunings")).status).toBe(401);
    const response = await app.send("/v1/tunings", { headers: key("a") });
    expect(Value.Decode(TuningList, await response.json()).data).toEqual([tuning]);
  });
});
