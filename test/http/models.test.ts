import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { ModelInfoList } from "../../src/api/anthropic/models.ts";
import { StudioList, StudioModel } from "../../src/api/openai/lm-studio.ts";
import { Model, ModelList } from "../../src/api/openai/models.ts";
import { createKeyring } from "../../src/http/auth.ts";
import type { ModelDescription } from "../../src/models/description.ts";
import { createTestApp } from "../helpers/app.ts";
import { createTempDir } from "../helpers/temp.ts";

const path = "/models/qwen";
const models = {
  "Qwen/qwen": {
    path,
    task: "text-generation-with-past",
    weight_format: "int4",
    aliases: ["gpt-4o"],
    defaults: { temperature: 0.2, top_p: 0.9 },
    presets: { "qwen:creative": { temperature: 1.2 } },
  },
  minilm: { path: "/models/minilm", task: "feature-extraction", weight_format: "fp32" },
  seer: { path: "/models/seer", task: "image-text-to-text", weight_format: "int8", context_length: 100 },
};
const names = ["Qwen/qwen", "gpt-4o", "qwen:creative", "minilm", "seer", "memory"];

const described: ModelDescription = {
  form: "ir",
  path,
  label: "qwen",
  manifest: null,
  task: "text-generation",
  weightFormat: "int4",
  weightsBytes: 123,
  architecture: "qwen3",
  chatTemplate: "{{ messages[0].content }}{% if not enable_thinking %}quick{% endif %}",
  contextLength: 4096,
  defaults: {},
  embedding: null,
  labels: null,
};

function open() {
  const registryPath = join(createTempDir(), "registry.json");
  writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
  const facts = async (asked: string) =>
    asked === path
      ? { contextLength: 4096, modified: 7, description: described }
      : { contextLength: null, modified: 0, description: null };
  return createTestApp({ registryPath, facts });
}

const read = async (response: Response): Promise<unknown> => JSON.parse(await response.text());

describe("GET /v1/models", () => {
  test("lists each model by all of its names, so that a client may choose any", async () => {
    const { data } = Value.Parse(ModelList, await read(await open().get("/v1/models")));
    expect(data.map(({ id }) => id)).toEqual(names);
    expect(data.map(({ parent }) => parent)).toEqual([null, "Qwen/qwen", "Qwen/qwen", null, null, null]);
  });

  test("gives the defaults that a preset's requests have", async () => {
    const show = async (id: string) =>
      Value.Parse(Model, await read(await open().get(`/v1/models/${encodeURIComponent(id)}`)));
    expect((await show("qwen:creative")).defaults).toEqual({ temperature: 1.2, top_p: 0.9 });
    expect(await show("gpt-4o")).toMatchObject({ id: "gpt-4o", defaults: { temperature: 0.2, top_p: 0.9 } });
  });

  test("says what a model is, what it can do and how much it reads", async () => {
    const { data } = Value.Parse(ModelList, await read(await open().get("/v1/models")));
    const [qwen, , , minilm, seer, memory] = data;
    expect(qwen).toMatchObject({
      type: "llm",
      arch: "qwen3",
      capabilities: ["completion", "tools", "thinking"],
      max_model_len: 4096,
      max_context_length: 4096,
      meta: { n_ctx_train: 4096, size: 123 },
      status: { value: "unloaded" },
    });
    expect(minilm).toMatchObject({ type: "embeddings", arch: null, max_model_len: null });
    expect(seer).toMatchObject({ type: "vlm", max_model_len: 100, meta: { n_ctx_train: null, size: null } });
    expect(memory).toMatchObject({ type: "llm", capabilities: ["completion", "tools"] });
  });

  test("reports a model that is loaded", async () => {
    const app = open();
    await app.chat({ model: "memory", messages: [{ role: "user", content: "Hi" }], max_tokens: 1 });
    const model = Value.Parse(Model, await read(await app.get("/v1/models/memory")));
    expect(model).toMatchObject({ state: "ready", status: { value: "loaded" }, max_model_len: 64 });
  });

  test("lists the same names in Anthropic's shape", async () => {
    const headers = { "anthropic-version": "2023-06-01" };
    const list = Value.Parse(ModelInfoList, await read(await open().send("/v1/models", { headers })));
    expect(list.data.map(({ id }) => id)).toEqual(names);
    const one = await read(await open().send("/v1/models/qwen%3Acreative", { headers }));
    expect(one).toMatchObject({ id: "qwen:creative", max_input_tokens: 4096 });
  });
});

describe("LM Studio's /api/v0/models", () => {
  test("lists the models", async () => {
    const { data } = Value.Parse(StudioList, await read(await open().get("/api/v0/models")));
    expect(data.map(({ id }) => id)).toEqual(names);
    expect(data[0]).toEqual({
      id: "Qwen/qwen",
      object: "model",
      type: "llm",
      publisher: "Qwen",
      arch: "qwen3",
      compatibility_type: "openvino",
      quantization: "INT4",
      state: "not-loaded",
      max_context_length: 4096,
      capabilities: ["tool_use"],
    });
  });

  test("shows one with the context that it is loaded with", async () => {
    const app = open();
    await app.chat({ model: "memory", messages: [{ role: "user", content: "Hi" }], max_tokens: 1 });
    const model = Value.Parse(StudioModel, await read(await app.get("/api/v0/models/memory")));
    expect(model).toMatchObject({ state: "loaded", loaded_context_length: 64, publisher: "ov-llm" });
  });

  test("refuses an unknown one", async () => {
    const response = await open().get("/api/v0/models/nobody");
    expect([response.status, await read(response)]).toMatchObject([
      404,
      { error: { code: "model_not_found" } },
    ]);
  });

  test("asks for the key in its own shape of errors", async () => {
    const keys = createKeyring(() => [{ name: "a", key: "the key" }]);
    const response = await createTestApp({ keys }).get("/api/v0/models");
    expect([response.status, await read(response)]).toMatchObject([
      401,
      { error: { code: "invalid_api_key" } },
    ]);
  });
});
