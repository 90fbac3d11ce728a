import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTestApp } from "../helpers/app.ts";
import { createTestLog } from "../helpers/log.ts";
import { createTempDir } from "../helpers/temp.ts";

const messages = [{ role: "user", content: "Hi" }];

test.each([
  ["/v1/chat/completions", { messages }],
  ["/v1/completions", { prompt: "Hi" }],
  ["/v1/responses", { input: "Hi" }],
  ["/v1/messages", { messages, max_tokens: 1 }],
  ["/v1/embeddings", { input: "Hi" }],
  ["/v1/rerank", { query: "Hi", documents: ["a"] }],
  ["/api/chat", { messages }],
  ["/api/embed", { input: "Hi" }],
  ["/api/show", {}],
])("a model that is not registered is named in the line of its request: %s", async (path, body) => {
  const { log, lines } = createTestLog();
  const app = createTestApp({ log });
  const asked = JSON.stringify({ ...body, model: 'gpt 4"\n' });
  const response = await app.send(path, { method: "POST", body: asked });
  expect(response.status).toBe(404);
  await response.text();
  expect(lines.filter((line) => line.includes(`POST ${path} 404`))).toEqual([
    expect.stringContaining(String.raw` asked="gpt 4\"\n"`),
  ]);
});

test("so is one that does not offer what is asked of it", async () => {
  const { log, lines } = createTestLog();
  const registryPath = join(createTempDir(), "registry.json");
  const entry = { path: "/models/text", task: "text-generation", weight_format: "int8" };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models: { text: entry } }));
  const app = createTestApp({ log, registryPath });
  const body = JSON.stringify({ model: "text", input: "Hi" });
  const response = await app.send("/v1/embeddings", { method: "POST", body });
  expect([response.status, await response.text()]).toEqual([
    400,
    expect.stringContaining("task_unsupported"),
  ]);
  expect(lines.at(-1)).toContain(" asked=text ");
});
