import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelTarget } from "../../src/engine/model/target.ts";
import type { EmbeddingFacts } from "../../src/models/embedding.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";
import { createTempDir } from "../helpers/temp.ts";

const facts: EmbeddingFacts = {
  way: { pooling: "mean", layers: [], normalize: true },
  maxTokens: null,
  prompts: { query: "ask: ", document: "" },
  defaultPrompt: null,
  // Seen by a letter whose small form is longer.
  lowerCase: true,
  dimensions: [1],
  problem: null,
};

/** A registry of one model that embeds and one that ranks. */
function writeModels(): string {
  const registryPath = join(createTempDir(), "registry.json");
  const entry = (task: string) => ({ path: "/m", task, weight_format: "int8" });
  const models = { embed: entry("feature-extraction"), rank: entry("text-classification") };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
  return registryPath;
}

/** A host in memory makes vectors of how many words and characters a text has, and ranks by words in common. */
function createApp() {
  const registryPath = writeModels();
  const load = async ({ task }: ModelTarget) => {
    const isEmbed = task === "feature-extraction";
    const host = createMemoryHost({ operations: isEmbed ? ["embed"] : ["rank"] });
    const ready = { ...host.ready, ...(isEmbed && { embedding_size: 2 }) };
    return { host: { ...host, ready, alive: true }, defaults: {}, embedding: isEmbed ? facts : null };
  };
  const app = createTestApp({ registryPath, load });
  return async (path: string, body: object) => {
    const response = await app.send(path, { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
}

describe("POST /v1/embeddings", () => {
  test.each<[string, object, number[][], number]>([
    ["a text", { input: "a bc" }, [[2, 4]], 2],
    [
      "texts",
      { input: ["a", "b c d"] },
      [
        [1, 1],
        [3, 5],
      ],
      4,
    ],
    ["tokens", { input: [5, 6] }, [[2, 3]], 2],
    [
      "lists of tokens",
      { input: [[5], [6, 7]] },
      [
        [1, 1],
        [2, 3],
      ],
      3,
    ],
    ["a query, behind its prompt", { input: "a", input_type: "search_query" }, [[2, 6]], 2],
    ["a document without a prompt", { input: "a", input_type: "passage" }, [[1, 1]], 1],
    ["fewer numbers", { input: "a b", dimensions: 1 }, [[2]], 2],
    ["all of its numbers", { input: "a b", dimensions: 2 }, [[2, 3]], 2],
    ["a text in small letters", { input: "İ" }, [[1, 2]], 1],
    ["a text that is cut", { input: "a b c", truncate_prompt_tokens: 2 }, [[2, 3]], 2],
    [
      "nulls for what is absent",
      { input: "a", dimensions: null, user: null, encoding_format: null },
      [[1, 1]],
      1,
    ],
  ])("embeds %s", async (_what, body, vectors, tokens) => {
    const answer = await createApp()("/v1/embeddings", { model: "embed", ...body });
    expect(answer).toEqual({
      status: 200,
      body: {
        object: "list",
        data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
        model: "embed",
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      },
    });
  });

  test.each<[object, string, RegExp]>([
    [{ input: "" }, "input", /is empty/],
    [{ input: [[]] }, "input[0]", /is empty/],
    [{ input: [5], input_type: "query" }, "input", /cannot be put before token ids/],
    [{ input: "a", input_type: "poem" }, "input_type", /it knows query, document/],
    [{ input: "a", input_type: "constructor" }, "input_type", /it knows query, document/],
    [{ input: "a", input_type: "__proto__" }, "input_type", /it knows query, document/],
    [{ input: "a", dimensions: 3 }, "dimensions", /its vectors have 2/],
    [{ input: "a", truncate_prompt_tokens: 0 }, "truncate_prompt_tokens", /must be 1 or more/],
    [{ input: 5 }, "input", /./],
  ])("refuses %j", async (body, param, message) => {
    const answer = await createApp()("/v1/embeddings", { model: "embed", ...body });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { param, message: expect.stringMatching(message) } },
    });
  });
});

describe("POST /v1/rerank", () => {
  const ask = { model: "rank", query: "a b", documents: ["c", "a c", "a b"] };

  test.each<[string, object, object[]]>([
    [
      "all documents, the best first",
      {},
      [
        { index: 2, relevance_score: 1 },
        { index: 1, relevance_score: 0.5 },
        { index: 0, relevance_score: 0 },
      ],
    ],
    [
      "the best, with its text",
      { top_n: 1, return_documents: true },
      [{ index: 2, relevance_score: 1, document: { text: "a b" } }],
    ],
    [
      "more than there are",
      { documents: [{ text: "a", more: 1 }], top_n: 9 },
      [{ index: 0, relevance_score: 1 }],
    ],
  ])("returns %s", async (_what, extra, results) => {
    for (const path of ["/v1/rerank", "/v2/rerank", "/rerank"]) {
      const { status, body } = await createApp()(path, { ...ask, ...extra });
      expect([status, body]).toEqual([200, expect.objectContaining({ model: "rank", results })]);
    }
  });

  test("scores pair by pair", async () => {
    const { body } = await createApp()("/v1/score", {
      model: "rank",
      text_1: ["a", "b"],
      text_2: ["a", "a"],
    });
    expect(body.data).toEqual([
      { index: 0, object: "score", score: 1 },
      { index: 1, object: "score", score: 0 },
    ]);
  });

  test.each<[string, object, RegExp]>([
    ["/v1/rerank", { ...ask, documents: [] }, /"documents" is empty/],
    ["/v1/rerank", { ...ask, query: "" }, /query/],
    [
      "/v1/score",
      { model: "rank", text_1: ["a", "b"], text_2: ["a", "b", "c"] },
      /"text_1" has 2 texts and "text_2" 3/,
    ],
    ["/v1/rerank", { ...ask, model: "embed" }, /does not offer the operation "rank"/],
  ])("%s refuses %j", async (path, body, message) => {
    const answer = await createApp()(path, body);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(message) } },
    });
  });
});

test.each(["/api/embed", "/api/embeddings"])(
  "%s without a text loads the model, or unloads it",
  async (path) => {
    const loads: string[] = [];
    const load = async ({ name }: ModelTarget) => {
      loads.push(name);
      return { host: createMemoryHost({ operations: ["embed"] }), defaults: {}, embedding: facts };
    };
    const app = createTestApp({ registryPath: writeModels(), load });
    const ask = (body: object) =>
      app.send(path, { method: "POST", body: JSON.stringify({ model: "embed", ...body }) });
    // What is not loaded need not be loaded to be unloaded.
    expect((await ask({ keep_alive: 0 })).status).toBe(200);
    expect(loads).toEqual([]);
    expect((await ask({})).status).toBe(200);
    expect(loads).toEqual(["embed"]);
    expect((await ask({ keep_alive: 0 })).status).toBe(200);
    expect(app.pool.status().has("embed")).toBeFalse();
  },
);

test.each([
  ["/v1/embeddings", { model: "embed", input: "a" }],
  ["/v1/rerank", { model: "rank", query: "a", documents: ["b"] }],
])("POST %s is listed while it waits, and ends when it is cancelled by its id", async (path, body) => {
  const asked = Promise.withResolvers<void>();
  const app = createTestApp({
    registryPath: writeModels(),
    load: (_target, signal) => {
      asked.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  const pending = app.send(path, { method: "POST", body: JSON.stringify(body) });
  await asked.promise;
  const { data } = JSON.parse(await (await app.get("/v1/requests")).text());
  expect(data).toMatchObject([{ path, model: body.model, state: "waiting" }]);
  const cancel = `/v1/chat/completions/${data[0].id}/cancel`;
  expect((await app.send(cancel, { method: "POST" })).status).toBe(200);
  expect(await (await pending).json()).toMatchObject({ error: { code: "request_cancelled" } });
  expect(JSON.parse(await (await app.get("/v1/requests")).text())).toMatchObject({ data: [] });
});
