import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { TextCompletion } from "../../src/api/openai/completions/response.ts";
import { createFimModels, toIds, toSpareId } from "../helpers/fim-models.ts";
import { createScriptedModel } from "../helpers/scripted-model.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const families = {
  qwen: [
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|file_sep|>",
    "<|repo_name|>",
  ],
  codellama: ["▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"],
  deepseek: ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
  codestral: ["[PREFIX]", "[SUFFIX]", "[MIDDLE]"],
};
const base = join(home, "base");
const gapTokens = 6;
let server: TestServer;

beforeAll(async () => {
  const script = join(home, "script");
  // What a model of Qwen's does: it fills the gap, marks the end, and would go on.
  const tokens = [...toIds(["x", "Ġy"]), toSpareId(3), ...toIds(["z", "<|im_end|>"])];
  createScriptedModel(script, [{ promptTokens: gapTokens, tokens }]);
  const folders = Object.entries(families).map(([name, own]) => [join(home, name), own] as const);
  await createFimModels(script, Object.fromEntries([...folders, [base, []]]));
  rmSync(join(base, "chat_template.jinja"));
  const entry = (path: string) => ({ path, task: "text-generation-with-past", weight_format: "fp16" });
  const models = Object.fromEntries(
    [...folders, [base]].map(([path = ""]) => [path.split("/").at(-1) ?? "", entry(path)]),
  );
  server = await startServer({ home: join(home, "server"), models });
});
afterAll(() => server.stop());

const post = (path: string, body: object) =>
  fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const complete = async (body: object) =>
  Value.Parse(TextCompletion, await (await post("/v1/completions", body)).json());

describe("a gap", () => {
  test.each([
    ["qwen", gapTokens],
    ["deepseek", 6],
    // With a space before the prefix's first word and before two of the tokens.
    ["codellama", 8],
    // Without a token for the middle.
    ["codestral", 5],
  ])("is written in tokens of %s, behind one begin of text", async (model, tokens) => {
    expect((await complete({ model, prompt: "a", suffix: "b" })).usage.prompt_tokens).toBe(tokens);
  });

  test("ends where the model marks its end, which is no part of the text", async () => {
    const { choices, usage } = await complete({ model: "qwen", prompt: "a", suffix: "b" });
    expect(choices[0]).toMatchObject({ text: "x y", finish_reason: "stop" });
    expect(usage.completion_tokens).toBeLessThanOrEqual(4);
    const response = await post("/infill", { model: "qwen", input_prefix: "a", input_suffix: "b" });
    expect(await response.json()).toMatchObject({
      content: "x y",
      stop_type: "eos",
      tokens_evaluated: gapTokens,
    });
  });

  test("ends there, too, where the client writes the tokens itself, as editors do", async () => {
    const prompt = "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>";
    const stop = ["<|endoftext|>", "<|fim_pad|>"];
    expect((await complete({ model: "qwen", prompt, stop })).choices[0]).toMatchObject({
      text: "x y",
      finish_reason: "stop",
    });
    // Without them the mark is dropped, and the text goes on.
    expect((await complete({ model: "qwen", prompt })).choices[0]?.text).toBe("x yz");
  });

  test("is refused where the vocabulary has no tokens for it", async () => {
    const response = await post("/v1/completions", { model: "base", prompt: "a", suffix: "b" });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { param: "suffix" } }]);
  });
});

describe("a model without a chat template", () => {
  test("completes a prompt behind one begin of text, whoever wrote it", async () => {
    const countOf = async (extra: object) =>
      (await complete({ model: "base", ...extra })).usage.prompt_tokens;
    expect(await countOf({ prompt: "Hello there" })).toBe(3);
    expect(await countOf({ prompt: "<|im_start|>Hello there" })).toBe(3);
    expect(await countOf({ prompt: "Hello there", add_special_tokens: false })).toBe(2);
    expect(await countOf({ prompt: "" })).toBe(1);
    expect(await countOf({ prompt: toIds(["Hello", "Ġthere"]) })).toBe(2);
  });

  test("refuses messages", async () => {
    const response = await server.chat({ model: "base", messages: [{ role: "user", content: "Hi" }] });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: "chat_template_failed" } },
    ]);
  });
});
