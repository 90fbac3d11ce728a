import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodersPath } from "../helpers/environment.ts";
import { smol, smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

const folder = encodersPath();
const reference: {
  texts: string[];
  query: string;
  minilm: number[][];
  "cross-encoder": number[];
  "tiny-qwen3-reranker": number[];
  dense: number[][];
  classifier: number[][];
  labels: string[];
} = JSON.parse(readFileSync(join(folder, "reference.json"), "utf8"));
const { texts, query } = reference;

/** Random weights show what bfloat16 rounds, which is the default where a CPU has it. */
const exact = { INFERENCE_PRECISION_HINT: "f32" };
const entry = (name: string, task: string, extra = {}) => ({
  path: join(folder, name),
  task,
  weight_format: "fp32",
  ...extra,
});

const home = createTempDir();
let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    home,
    models: {
      [smol]: smolEntry(),
      minilm: entry("minilm", "feature-extraction"),
      "minilm-e5": entry("minilm", "feature-extraction", {
        embedding: { query_prompt: "query: ", dimensions: [64, 128] },
      }),
      "minilm-brief": entry("minilm", "feature-extraction", { idle_seconds: 1 }),
      "ranker-brief": entry("cross-encoder", "text-classification", { idle_seconds: 1 }),
      ranker: entry("cross-encoder", "text-classification", { properties: exact }),
      dense: entry("dense", "feature-extraction", { properties: exact }),
      classifier: entry("classifier", "text-classification", { properties: exact }),
      qwen: entry("tiny-qwen3-reranker", "text-ranking", { properties: exact }),
    },
    env: { OV_DEVICE: "CPU", OV_KV_CACHE_GB: "1", OV_MEMORY_BUDGET: "8G" },
  });
}, 180_000);
afterAll(() => server?.stop());

async function post(path: string, body: object) {
  const response = await fetch(`${server.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const embed = (input: unknown, extra = {}) => post("/v1/embeddings", { model: "minilm", input, ...extra });

async function vectorsOf(input: unknown, extra = {}): Promise<number[][]> {
  const { status, body } = await embed(input, extra);
  expect(status).toBe(200);
  return body.data.map(({ embedding }: { embedding: number[] }) => embedding);
}

function cosine(one: readonly number[], other: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

describe("embeddings", () => {
  test("are those of the original model, with its tokens counted", async () => {
    const { body } = await embed(texts);
    expect(body).toMatchObject({
      object: "list",
      model: "minilm",
      usage: { prompt_tokens: 60, total_tokens: 60 },
    });
    for (const [index, { embedding }] of body.data.entries()) {
      expect(cosine(embedding, reference.minilm[index] ?? [])).toBeGreaterThan(0.9999);
    }
  }, 180_000);

  test("are the same whether they come alone, as base64, as tokens, or in a crowd", async () => {
    const [whole = []] = await vectorsOf(texts[0]);
    const { body } = await embed([texts[0]], { encoding_format: "base64" });
    const bytes = Uint8Array.fromBase64(body.data[0].embedding);
    expect([...new Float32Array(bytes.buffer)]).toEqual(whole);
    const { body: found } = await post("/tokenize", { model: "minilm", prompt: texts[0] });
    const [ofTokens = []] = await vectorsOf([found.tokens]);
    expect(cosine(ofTokens, whole)).toBeGreaterThan(0.99999);
    const crowd = Array.from({ length: 24 }, (_, index) => texts.slice(index % 4));
    const answers = await Promise.all(crowd.map((some) => vectorsOf(some)));
    for (const [index, vectors] of answers.entries()) {
      for (const [at, vector] of vectors.entries()) {
        expect(cosine(vector, reference.minilm[(index % 4) + at] ?? [])).toBeGreaterThan(0.9999);
      }
    }
  }, 180_000);

  test("go through the layers behind the pooling, as the original's do", async () => {
    const vectors = await vectorsOf(texts, { model: "dense" });
    for (const [index, vector] of vectors.entries()) {
      expect(vector).toHaveLength(32);
      expect(cosine(vector, reference.dense[index] ?? [])).toBeGreaterThan(0.9999);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
    }
  }, 180_000);

  test.each<[string, unknown, object, RegExp]>([
    ["no text", [], {}, /"input" is empty/],
    ["an empty text", ["a", ""], {}, /"input\[1\]" is empty/],
    ["a text that is too long", "word ".repeat(300), {}, /context length is 256 tokens, but "input" has 302/],
    ["a token that there is not", [[101, 99_999]], {}, /no token 99999/],
    [
      "fewer numbers than it was trained for",
      "a",
      { dimensions: 64 },
      /its files do not say that they may be cut/,
    ],
    ["more numbers than it has", "a", { dimensions: 1000 }, /its vectors have 384/],
    ["a kind of input that it does not know", "a", { input_type: "poem" }, /"input_type" "poem"/],
    ["a cut to nothing", "a", { truncate_prompt_tokens: 0 }, /must be 1 or more/],
    [
      "a cut to less than the model adds",
      "a b c",
      { truncate_prompt_tokens: 1 },
      /leaves nothing of the text/,
    ],
    ["a cut to what the model adds", "a b c", { truncate_prompt_tokens: 2 }, /the model adds 2 of its own/],
  ])("refuse %s", async (_what, input, extra, message) => {
    const { status, body } = await embed(input, extra);
    expect([status, body.error.message]).toEqual([400, expect.stringMatching(message)]);
  });

  test("cut what is too long where they are asked to", async () => {
    for (const [truncate, tokens] of [
      [-1, 256],
      [10, 10],
    ]) {
      const { body } = await embed("word ".repeat(300), { truncate_prompt_tokens: truncate });
      expect(body.usage.prompt_tokens).toBe(tokens);
    }
  });

  test("follow the entry's prompts and lengths", async () => {
    const wanted = { model: "minilm-e5", input_type: "query", dimensions: 64 };
    const [vector = []] = await vectorsOf(texts[0], wanted);
    const [full = []] = await vectorsOf(`query: ${texts[0]}`);
    expect([vector.length, cosine(vector, full.slice(0, 64))]).toEqual([64, expect.closeTo(1, 5)]);
    expect(cosine(vector, vector) - 1).toBeCloseTo(0, 5);
  }, 180_000);

  test("answer Ollama's clients", async () => {
    const { body } = await post("/api/embed", {
      model: "minilm:latest",
      input: [texts[0], "word ".repeat(300)],
    });
    expect(body).toMatchObject({ model: "minilm:latest", prompt_eval_count: 8 + 256 });
    expect(cosine(body.embeddings[0], reference.minilm[0] ?? [])).toBeGreaterThan(0.9999);
    const { status } = await post("/api/embed", {
      model: "minilm",
      input: "word ".repeat(300),
      truncate: false,
    });
    expect(status).toBe(400);
    const { body: one } = await post("/api/embeddings", { model: "minilm", prompt: texts[1] });
    expect(cosine(one.embedding, reference.minilm[1] ?? [])).toBeGreaterThan(0.9999);
    expect((await post("/api/embed", { model: "minilm", input: [] })).body.embeddings).toEqual([]);
  });
});

describe.each(["ranker", "qwen"] as const)("ranking by %s", (model) => {
  const scores = reference[model === "qwen" ? "tiny-qwen3-reranker" : "cross-encoder"];
  const order = [...scores.keys()].sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0));
  const ask = { model, query, documents: texts };

  test("orders and scores as the original model does", async () => {
    const { body } = await post("/v1/rerank", ask);
    expect(body.results.map(({ index }: { index: number }) => index)).toEqual(order);
    for (const { index, relevance_score } of body.results) {
      expect(relevance_score).toBeCloseTo(scores[index] ?? 0, 3);
    }
  }, 180_000);

  test("shows as many results as asked for, with their documents", async () => {
    const documents = texts.map((text) => ({ text }));
    const { body } = await post("/v2/rerank", { ...ask, documents, top_n: 2, return_documents: true });
    expect(body.results).toMatchObject(
      order.slice(0, 2).map((index) => ({ index, document: documents[index] })),
    );
  });

  test("scores pairs", async () => {
    const { body } = await post("/v1/score", { model, text_1: query, text_2: texts });
    const found = body.data.map(({ score }: { score: number }) => score);
    for (const [index, score] of scores.entries()) expect(found[index]).toBeCloseTo(score, 3);
    const { status } = await post("/v1/score", { model, text_1: [query, query], text_2: texts });
    expect(status).toBe(400);
    const { body: refused } = await post("/v1/score", { model, text_1: [""], text_2: [""] });
    expect(refused.error).toMatchObject({ param: "text_1[0]", code: "invalid_request" });
  });

  test("cuts long documents, and refuses to rank nothing", async () => {
    const { body } = await post("/rerank", { ...ask, documents: ["word ".repeat(3000), "a"] });
    expect(body.results).toHaveLength(2);
    const { body: short } = await post("/rerank", { ...ask, truncate_prompt_tokens: 3 });
    expect(short.error).toMatchObject({ param: "truncate_prompt_tokens", code: "invalid_request" });
    const { status, body: refused } = await post("/rerank", { ...ask, documents: [] });
    expect([status, refused.error.message]).toEqual([400, expect.stringContaining('"documents" is empty')]);
  });
});

describe("classifying", () => {
  const ask = (input: unknown, extra = {}) => post("/v1/classify", { model: "classifier", input, ...extra });

  test("gives each text the original's probabilities, and its likeliest label", async () => {
    const { body } = await ask(texts);
    expect(body).toMatchObject({ object: "list", model: "classifier", labels: reference.labels });
    for (const [index, { label, probs, num_classes }] of body.data.entries()) {
      const expected = reference.classifier[index] ?? [];
      for (const [at, value] of expected.entries()) expect(probs[at]).toBeCloseTo(value, 3);
      expect(label).toBe(reference.labels[expected.indexOf(Math.max(...expected))]);
      expect(num_classes).toBe(3);
    }
    expect(body.usage).toEqual({ prompt_tokens: 60, total_tokens: 60 });
    const crowd = await Promise.all(
      texts.map((text) => post("/classify", { model: "classifier", input: text })),
    );
    for (const [index, { body: one }] of crowd.entries()) {
      for (const [at, value] of body.data[index].probs.entries())
        expect(one.data[0].probs[at]).toBeCloseTo(value, 5);
    }
  }, 180_000);

  test("cuts a long text where it is asked to", async () => {
    const { status, body } = await ask("word ".repeat(600));
    expect([status, body.error.code]).toEqual([400, "context_length_exceeded"]);
    const { body: cut } = await ask("word ".repeat(600), { truncate_prompt_tokens: -1 });
    expect(cut.usage.prompt_tokens).toBe(512);
  });

  test("and ranking are for models of other numbers of labels", async () => {
    const ranked = await post("/v1/rerank", { model: "classifier", query, documents: texts });
    expect([ranked.status, ranked.body.error.message]).toEqual([
      400,
      expect.stringMatching(/does not rank: it has 3 labels.*\/v1\/classify/),
    ]);
    const classified = await ask("a", { model: "ranker" });
    expect([classified.status, classified.body.error.message]).toEqual([
      400,
      expect.stringMatching(/does not classify: it has a single label.*\/v1\/score/),
    ]);
    const { data } = JSON.parse(await (await fetch(`${server.url}/v1/models`)).text());
    const types = data.map(({ id, type }: { id: string; type: string }) => [id, type]);
    expect(Object.fromEntries(types)).toMatchObject({
      ranker: "rerank",
      classifier: "classifier",
      qwen: "rerank",
      minilm: "embeddings",
    });
  });
});

test("models of all kinds stay beside each other, and each refuses what it does not do", async () => {
  const chat = (model: string) =>
    post("/v1/chat/completions", { model, max_tokens: 1, messages: [{ role: "user", content: "Hi" }] });
  expect((await chat(smol)).status).toBe(200);
  for (const refused of [await chat("minilm"), await embed("a", { model: "ranker" })]) {
    expect(refused).toMatchObject({ status: 400, body: { error: { code: "task_unsupported" } } });
  }
  const { data } = JSON.parse(await (await fetch(`${server.url}/v1/models`)).text());
  const loaded = data.filter((model: { loaded: boolean }) => model.loaded);
  expect(loaded.map(({ id }: { id: string }) => id)).toEqual([
    smol,
    "minilm",
    "minilm-e5",
    "ranker",
    "dense",
    "classifier",
    "qwen",
  ]);
}, 180_000);

test.each([
  ["minilm-brief", "/v1/embeddings", { input: "a" }],
  ["ranker-brief", "/v1/rerank", { query: "a", documents: ["b"] }],
])(
  "%s gives its memory back when it is idle, and is loaded again",
  async (model, path, body) => {
    expect((await post(path, { model, ...body })).status).toBe(200);
    await server.logged(new RegExp(`unloaded model model=${model}`));
    expect((await post(path, { model, ...body })).status).toBe(200);
  },
  180_000,
);

test("texts are counted in the log and the metrics", async () => {
  const before = server.log().length;
  await embed(["a", "b", "c"]);
  await server.logged(/POST \/v1\/embeddings 200 .*texts=3/);
  expect(server.log().length).toBeGreaterThan(before);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/ov_llm_texts_total\{model="minilm"\} [1-9]/);
  expect(metrics).toMatch(/ov_llm_texts_total\{model="ranker"\} [1-9]/);
  expect(metrics).not.toMatch(/ov_llm_prefix_cache_queries_total\{model="minilm"\}/);
});
