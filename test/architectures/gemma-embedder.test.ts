import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { runCli } from "../cli/run-cli.ts";
import { convertEnv, runtimeDir } from "../helpers/environment.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { makeWithOther } from "./other-transformers.ts";
import { gemmaEmbedder } from "./table.ts";

const wanted = (process.env.OV_TEST_ARCHITECTURES ?? "").split(",").includes(gemmaEmbedder);

if (!wanted)
  test.skip(`${gemmaEmbedder}: \`bun run test:models ${gemmaEmbedder}\` converts and serves it`, () => {});
else describeGemmaEmbedder();

const vector = Type.Array(Type.Number());
const Reference = Type.Object({ texts: Type.Array(Type.String()), vectors: Type.Array(vector) });
const List = Type.Object({ data: Type.Array(Type.Object({ embedding: vector })) });

/** EmbeddingGemma: it attends in both directions, and has two layers behind its pooling. */
function describeGemmaEmbedder(): void {
  const model = "tiny-embeddinggemma";
  const home = createTempDir();
  const reference = join(home, "reference.json");
  let converted: Awaited<ReturnType<typeof runCli>>;
  let server: TestServer;

  beforeAll(async () => {
    await makeWithOther("make_gemma_embedder.py", "4.57.6", join(home, "model", model), reference);
    const env = { OV_CONVERT_ENV: convertEnv(), OV_RUNTIME_DIR: runtimeDir() };
    converted = await runCli(["convert", "--yes", "--weight-format", "fp32"], { home, env });
    const { models } = JSON.parse(readFileSync(join(home, "models/converted_models/registry.json"), "utf8"));
    // Random weights show what bfloat16 rounds, which is the default where a CPU has it.
    const exact = { ...models[model], properties: { INFERENCE_PRECISION_HINT: "f32" } };
    server = await startServer({ home, models: { [model]: exact } });
  }, 540_000);
  afterAll(async () => {
    await server?.stop();
  });

  describe("EmbeddingGemma of random weights", () => {
    test("is converted with the transformers that it needs", () => {
      expect(converted, converted.err).toMatchObject({ code: 0 });
    });

    test("embeds as the original does, alone and in a batch", async () => {
      const { texts, vectors } = Value.Parse(Reference, JSON.parse(readFileSync(reference, "utf8")));
      const embed = async (input: string[]) => {
        const sent = { method: "POST", body: JSON.stringify({ model, input }) };
        const answer: unknown = await (await fetch(`${server.url}/v1/embeddings`, sent)).json();
        return Value.Parse(List, answer).data.map(({ embedding }) => embedding);
      };
      const alone = (await Promise.all(texts.map((text) => embed([text])))).flat();
      for (const found of [alone, await embed(texts)]) {
        for (const [index, vector] of found.entries()) {
          const expected = vectors[index] ?? [];
          const cosine = vector.reduce((sum, value, at) => sum + value * (expected[at] ?? 0), 0);
          expect(cosine).toBeGreaterThan(0.999);
        }
      }
    }, 180_000);
  });
}
