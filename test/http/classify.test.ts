import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelDescription } from "../../src/models/description.ts";
import type { OperationName } from "../../src/protocol/operations.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";
import { createTempDir } from "../helpers/temp.ts";

const described: ModelDescription = {
  form: "ir",
  path: "/m",
  label: "m",
  manifest: null,
  task: "text-classification",
  weightFormat: "int8",
  weightsBytes: 1,
  architecture: "bert",
  chatTemplate: null,
  contextLength: null,
  defaults: {},
  embedding: null,
  labels: null,
};

/** A host in memory finds a text long, by a tenth for each word; or it ranks, as one with a single label does. */
function createApp(operations: OperationName[] = ["classify"], parts: TestAppOptions = {}) {
  const registryPath = join(createTempDir(), "registry.json");
  const entry = { path: "/m", task: "text-classification", weight_format: "int8" };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models: { mood: entry } }));
  const load = async () => ({ host: createMemoryHost({ operations, contextLength: 6 }), defaults: {} });
  const app = createTestApp({ registryPath, load, ...parts });
  return async (path: string, body: object) => {
    const sent = JSON.stringify({ model: "mood", ...body });
    const response = await app.send(path, { method: "POST", body: sent });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
}

describe("POST /v1/classify", () => {
  test.each([
    ["a text", "a", [["short", [0.9, 0.1]]], 1],
    [
      "texts in their order",
      ["a b c d e f", "a b"],
      [
        ["long", [0.4, 0.6]],
        ["short", [0.8, 0.2]],
      ],
      8,
    ],
  ])("labels %s", async (_what, input, rows, tokens) => {
    for (const path of ["/v1/classify", "/classify"]) {
      const { status, body } = await createApp()(path, { input, user: null });
      expect(status).toBe(200);
      expect(body).toEqual({
        id: expect.stringMatching(/^classify-/),
        object: "list",
        created: expect.any(Number),
        model: "mood",
        labels: ["short", "long"],
        data: rows.map(([label, probs], index) => ({ index, label, probs, num_classes: 2 })),
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      });
    }
  });

  test("cuts what is too long only where it is asked to", async () => {
    const input = "a b c d e f g h";
    expect((await createApp()("/v1/classify", { input })).body.error.code).toBe("context_length_exceeded");
    const { body } = await createApp()("/v1/classify", { input, truncate_prompt_tokens: 2 });
    expect(body.usage.prompt_tokens).toBe(2);
  });

  test.each([
    [{ input: "" }, "input", /is empty/],
    [{ input: [] }, "input", /is empty/],
    [{ input: ["a", ""] }, "input[1]", /nothing to classify/],
    [{ input: "a", truncate_prompt_tokens: 0 }, "truncate_prompt_tokens", /must be 1 or more/],
    [{ input: 5 }, "input", /./],
    [{}, "input", /./],
  ])("refuses %j", async (body, param, message) => {
    const answer = await createApp()("/v1/classify", body);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { param, message: expect.stringMatching(message) } },
    });
  });
});

test.each<[number, string, object, RegExp]>([
  [1, "/v1/classify", { input: "a" }, /does not classify: it has a single label.*\/v1\/score/],
  [3, "/v1/rerank", { query: "a", documents: ["b"] }, /does not rank: it has 3 labels.*\/v1\/classify/],
  [3, "/v1/score", { text_1: "a", text_2: "b" }, /does not rank: it has 3 labels/],
])("a model whose files show %d labels is not loaded for %s", async (labels, path, body, message) => {
  const facts = async () => ({ contextLength: null, modified: 0, description: { ...described, labels } });
  const load = async () => {
    throw new Error("It was loaded.");
  };
  const answer = await createApp([], { facts, load })(path, body);
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { code: "task_unsupported", param: "model", message: expect.stringMatching(message) } },
  });
});

test("the files of a loaded model are read only for what it does not offer", async () => {
  let reads = 0;
  const facts = async () => {
    reads += 1;
    return { contextLength: null, modified: 0, description: { ...described, labels: 2 } };
  };
  const post = createApp(["classify"], { facts });
  const statuses = [];
  for (const input of ["a", "b", "c"]) statuses.push((await post("/v1/classify", { input })).status);
  expect([statuses, reads]).toEqual([[200, 200, 200], 1]);
  const { status } = await post("/v1/rerank", { query: "a", documents: ["b"] });
  expect([status, reads]).toEqual([400, 2]);
});

test.each<[OperationName, string, object, RegExp]>([
  ["rank", "/v1/classify", { input: "a" }, /does not classify: it has a single label.*\/v1\/score/],
  [
    "classify",
    "/v1/rerank",
    { query: "a", documents: ["b"] },
    /does not rank: it has 2 labels.*\/v1\/classify/,
  ],
  ["classify", "/v1/score", { text_1: "a", text_2: "b" }, /does not rank: it has 2 labels/],
])("a model that offers %s names what to ask it by at %s", async (operation, path, body, message) => {
  const answer = await createApp([operation])(path, body);
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { code: "task_unsupported", message: expect.stringMatching(message) } },
  });
});
