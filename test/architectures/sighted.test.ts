import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../cli/run-cli.ts";
import { convertEnv, runtimeDir } from "../helpers/environment.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { toPng } from "../helpers/vision-model.ts";
import { makeWithOther } from "./other-transformers.ts";
import { askModel } from "./serving.ts";
import { sighted } from "./table.ts";

const wanted = (process.env.OV_TEST_ARCHITECTURES ?? "").split(",").includes(sighted);

if (!wanted) test.skip(`${sighted}: \`bun run test:models ${sighted}\` converts and serves it`, () => {});
else describeSighted();

/** Qwen2.5-VL, which the exporter takes only with another transformers than the converter's own. */
function describeSighted(): void {
  const model = "tiny-qwen2-5-vl";
  const home = createTempDir();
  const folder = join(home, "models/converted_models", model, "task-image-text-to-text__wf-int8");
  let converted: Awaited<ReturnType<typeof runCli>>;
  let server: TestServer;

  beforeAll(async () => {
    await makeWithOther("make_qwen_vl.py", "4.57.6", join(home, "model/Tiny-Qwen2.5-VL"));
    const env = { OV_CONVERT_ENV: convertEnv(), OV_RUNTIME_DIR: runtimeDir() };
    converted = await runCli(["convert", "--yes", "--accept"], { home, env });
    const { models } = JSON.parse(readFileSync(join(home, "models/converted_models/registry.json"), "utf8"));
    server = await startServer({ home, models, env: { OV_KV_CACHE_GB: "1" } });
  }, 540_000);
  afterAll(async () => {
    await server?.stop();
  });

  const say = (text: string) => ({ type: "text", text });
  function show(width: number, height: number, colour: readonly [number, number, number]) {
    const url = `data:image/png;base64,${toPng(width, height, colour).toString("base64")}`;
    return { type: "image_url", image_url: { url } };
  }
  const red = show(80, 60, [255, 0, 0]);
  const blue = show(80, 60, [0, 0, 255]);
  const user = (...content: object[]) => ({ role: "user", content });
  const ask = (...messages: object[]) => askModel(server, model, { messages, max_tokens: 8 });

  describe("Qwen2.5-VL of random weights", () => {
    test("is converted with the transformers that it needs", () => {
      expect(converted, converted.err).toMatchObject({ code: 0 });
      expect(converted.out + converted.err).toContain(folder);
    });

    test("describes what it sees, and counts it by its size", async () => {
      const [first, again, other] = [await ask(user(red)), await ask(user(red)), await ask(user(blue))];
      expect(again.content).toBe(first.content);
      expect(other.content).not.toBe(first.content);
      const large = await ask(user(show(400, 300, [255, 0, 0])));
      expect(large.usage.prompt_tokens).toBeGreaterThan(first.usage.prompt_tokens + 50);
    }, 180_000);

    test("describes a second picture behind the first, which is computed once", async () => {
      const asked = user(red, say("Look at this. ".repeat(40)));
      const { content } = await ask(asked);
      const turns = [asked, { role: "assistant", content }];
      const [same, other] = [await ask(...turns, user(red)), await ask(...turns, user(blue))];
      expect(other.content).not.toBe(same.content);
      expect(other.usage.prompt_tokens_details?.cached_tokens).toBeGreaterThan(64);
    }, 180_000);
  });
}
