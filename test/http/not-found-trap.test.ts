import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTestApp } from "../helpers/app.ts";
import { createTempDir } from "../helpers/temp.ts";

/**
 * LiteLLM takes a server out of use for some seconds at a 404 (and 401, 402, 408, 429, 5xx), and for no other 4xx: then one call to
 * what a model cannot do would end what it can, for everybody.
 */
const tasks = {
  text: "text-generation-with-past",
  seeing: "image-text-to-text",
  embed: "feature-extraction",
  rank: "text-classification",
  hear: "automatic-speech-recognition",
  speak: "text-to-audio",
  paint: "text-to-image",
  gaps: "fill-mask",
} as const;

const input = "hello";
const messages = [{ role: "user", content: input }];
const pair = { query: input, documents: [input] };
type Kind = keyof typeof tasks;
const writers: readonly Kind[] = ["text", "seeing"];
const readers: readonly Kind[] = [...writers, "embed", "rank"];

/** Path -> its smallest body and the kinds of model that it is for. */
const routes: [string, object, readonly Kind[]][] = [
  ["/v1/chat/completions", { messages }, writers],
  ["/v1/completions", { prompt: input }, writers],
  ["/v1/responses", { input }, writers],
  ["/v1/responses/input_tokens", { input }, readers],
  ["/v1/responses/compact", { input }, []],
  ["/v1/messages", { messages, max_tokens: 4 }, writers],
  ["/v1/messages/count_tokens", { messages }, readers],
  ["/infill", { input_prefix: "a", input_suffix: "b" }, writers],
  ["/v1/embeddings", { input }, ["embed"]],
  ["/v1/rerank", pair, ["rank"]],
  ["/v2/rerank", pair, ["rank"]],
  ["/rerank", pair, ["rank"]],
  ["/v1/score", { text_1: input, text_2: input }, ["rank"]],
  ["/score", { text_1: input, text_2: input }, ["rank"]],
  ["/v1/classify", { input }, ["rank"]],
  ["/classify", { input }, ["rank"]],
  ["/v1/audio/transcriptions", { file: input }, ["hear"]],
  ["/v1/audio/translations", { file: input }, ["hear"]],
  ["/v1/audio/speech", { input, voice: "alloy" }, []],
  ["/tokenize", { content: input }, readers],
  ["/detokenize", { tokens: [1] }, readers],
  ["/api/chat", { messages }, writers],
  ["/api/generate", { prompt: input }, writers],
  ["/api/embed", { input }, ["embed"]],
  ["/api/embeddings", { prompt: input }, ["embed"]],
];

function createApp() {
  const registryPath = join(createTempDir(), "registry.json");
  const models = Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [name, { path: `/m/${name}`, task, weight_format: "int8" }]),
  );
  writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
  return createTestApp({ registryPath });
}

function toForm(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    form.append(name, name === "file" ? new File([value], "a.wav") : value);
  return form;
}

describe("a model of a kind that the path is not for is a 400", () => {
  for (const [path, body, fitting] of routes) {
    test(`POST ${path}`, async () => {
      const app = createApp();
      for (const model of Object.keys(tasks).filter((name) => !fitting.some((kind) => kind === name))) {
        const sent = path.includes("/audio/tr")
          ? toForm({ ...body, model })
          : JSON.stringify({ ...body, model });
        const response = await app.send(path, { method: "POST", body: sent });
        expect([model, response.status, await response.text()]).toEqual([model, 400, expect.any(String)]);
      }
    });
  }

  test("the table has every path that uses a model", async () => {
    const response = await createApp().get("/openapi.json");
    const { paths } = JSON.parse(await response.text());
    const posts = Object.entries<object>(paths).filter(([, methods]) => "post" in methods);
    // What names a model to manage it, or none.
    const others = /\{|^\/v1\/pulls|^\/api\/(copy|create|pull|push|show)$/;
    const used = posts.map(([path]) => path).filter((path) => !others.test(path));
    expect(routes.map(([path]) => path).sort()).toEqual(used.sort());
  });
});

describe("what of an API is not served is a 400 that says so", () => {
  test.each([
    ["POST", "/v1/images/generations", "does not make images"],
    ["POST", "/v1/images/edits", "does not make images"],
    ["POST", "/v1/moderations", "does not moderate texts"],
    ["POST", "/v1/files", "does not keep files"],
    ["GET", "/v1/files", "does not keep files"],
    ["DELETE", "/v1/files/file-1", "does not keep files"],
    ["POST", "/v1/batches", "does not run batches"],
    ["POST", "/v1/fine_tuning/jobs", "does not train models"],
    ["GET", "/v1/realtime", "does not hold live conversations"],
    ["POST", "/v1/vector_stores/vs_1/search", "does not keep vector stores"],
    ["POST", "/v1/messages/batches", "does not run batches"],
  ])("%s %s", async (method, path, reason) => {
    const response = await createApp().send(path, { method });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(reason);
  });

  test("a path that no API has stays a 404", async () => {
    for (const path of ["/v1/imagesque", "/v1/nothing"])
      expect((await createApp().get(path)).status).toBe(404);
  });
});
