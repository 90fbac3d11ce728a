import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../cli/run-cli.ts";
import { convertEnv, encodersPath, runtimeDir } from "../helpers/environment.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { encoders } from "./table.ts";

/** By the names of their folders, with the task that their files show. */
const tasks = {
  minilm: "feature-extraction",
  "cross-encoder": "text-classification",
  "tiny-qwen3-reranker": "text-ranking",
  dense: "feature-extraction",
  classifier: "text-classification",
};
const wanted = (process.env.OV_TEST_ARCHITECTURES ?? "").split(",").includes(encoders);

if (!wanted) test.skip(`encoders: \`bun run test:models ${encoders}\` converts and serves them`, () => {});
else describeEncoders();

function describeEncoders(): void {
  const home = createTempDir();
  const reference: { texts: string[]; query: string; minilm: number[][]; dense: number[][] } = JSON.parse(
    readFileSync(join(encodersPath(), "reference.json"), "utf8"),
  );
  const { texts, query } = reference;
  let converted: Awaited<ReturnType<typeof runCli>>;
  let server: TestServer;

  beforeAll(async () => {
    for (const name of Object.keys(tasks)) {
      cpSync(join(encodersPath(), "hf", name), join(home, "model", name), { recursive: true });
    }
    const env = { OV_CONVERT_ENV: convertEnv(), OV_RUNTIME_DIR: runtimeDir() };
    converted = await runCli(["convert", "--yes"], { home, env });
    const { models } = JSON.parse(readFileSync(join(home, "models/converted_models/registry.json"), "utf8"));
    server = await startServer({ home, models });
  }, 540_000);
  afterAll(async () => {
    await server?.stop();
  });

  async function post(path: string, body: object) {
    const response = await fetch(`${server.url}${path}`, { method: "POST", body: JSON.stringify(body) });
    return JSON.parse(await response.text());
  }

  describe("models for embeddings and ranking", () => {
    test("are converted for the task that their files show, and checked by it", () => {
      expect(converted).toMatchObject({ code: 0 });
      const { models } = JSON.parse(readFileSync(server.registryPath, "utf8"));
      expect(models).toMatchObject(
        Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, { task }])),
      );
    });

    test.each(["minilm", "dense"] as const)(
      "%s embeds as the original does",
      async (model) => {
        const { data } = await post("/v1/embeddings", { model, input: texts });
        for (const [index, { embedding }] of data.entries()) {
          const dot = embedding.reduce(
            (sum: number, value: number, at: number) => sum + value * (reference[model][index]?.[at] ?? 0),
            0,
          );
          expect(dot).toBeGreaterThan(0.99);
        }
      },
      180_000,
    );

    test("classify", async () => {
      const { data } = await post("/v1/classify", { model: "classifier", input: texts });
      expect(data).toHaveLength(texts.length);
      for (const { probs } of data) expect(probs).toHaveLength(3);
    }, 180_000);

    test.each(["cross-encoder", "tiny-qwen3-reranker"])(
      "rank by %s",
      async (model) => {
        const { results } = await post("/v1/rerank", { model, query, documents: texts });
        expect(results).toHaveLength(texts.length);
        for (const { relevance_score } of results) expect(relevance_score).toBeWithin(0, 1.0001);
      },
      180_000,
    );
  });
}
