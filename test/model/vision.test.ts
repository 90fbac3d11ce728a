import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ChatCompletion } from "../../src/api/openai/chat/response.ts";
import { createBatchingLauncher } from "../../src/engine/kinds/batching/launch.ts";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { runCli } from "../cli/run-cli.ts";
import { convertEnv, runtimeDir } from "../helpers/environment.ts";
import { play, readRecorded, toShape } from "../helpers/recorded-lines.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { createVisionModel, toPng } from "../helpers/vision-model.ts";

// A tiny model with random weights, converted by the real exporter: what it writes means nothing, but what it sees decides it.
setDefaultTimeout(180_000);
const home = createTempDir();
const folder = join(home, "models/converted_models/eye/task-image-text-to-text__wf-int8");
let server: TestServer;
let converted: Awaited<ReturnType<typeof runCli>>;

beforeAll(async () => {
  await createVisionModel(join(home, "model", "Eye"));
  const env = { OV_CONVERT_ENV: convertEnv(), OV_RUNTIME_DIR: runtimeDir() };
  converted = await runCli(["convert", "--yes", "--accept"], { home, env });
  const { models } = JSON.parse(readFileSync(join(home, "models/converted_models/registry.json"), "utf8"));
  server = await startServer({ home, models });
}, 540_000);
afterAll(() => server?.stop());

const red = toPng(80, 60, [255, 0, 0]);
const blue = toPng(80, 60, [0, 0, 255]);
const toDataUrl = (image: Buffer) => `data:image/png;base64,${image.toString("base64")}`;
const show = (image: Buffer | string) => ({
  type: "image_url",
  image_url: { url: typeof image === "string" ? image : toDataUrl(image) },
});
const say = (text: string) => ({ type: "text", text });
const Refusal = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    param: Type.Union([Type.String(), Type.Null()]),
  }),
});
const Message = Type.Object({ content: Type.Array(Type.Object({ text: Type.String() })) });
const asked = { model: "eye", temperature: 0, max_tokens: 8 };

async function chat(content: unknown, extra: object = {}) {
  const messages = [{ role: "user", content }];
  const response = await server.chat({ ...asked, messages, ...extra });
  const body: unknown = await response.json();
  if (!Value.Check(ChatCompletion, body)) throw new Error(JSON.stringify(body));
  const [choice] = body.choices;
  return { text: choice?.message.content, usage: body.usage, choice };
}

/** The body of the answer. */
async function post(path: string, body: object, headers: Record<string, string>): Promise<string> {
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  return await (await fetch(`${server.url}${path}`, init)).text();
}

async function refuse(content: unknown, extra: object = {}) {
  const response = await server.chat({ ...asked, messages: [{ role: "user", content }], ...extra });
  return { status: response.status, error: Value.Parse(Refusal, await response.json()).error };
}

describe("a model that sees", () => {
  test("is recognised, converted with what the engine needs, and checked with a picture", () => {
    expect(converted).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, "preprocessor_config.json"))).toBeTrue();
  });

  test("answers by what it sees, and counts it", async () => {
    const [first, second, other] = [
      await chat([say("What is this?"), show(red)]),
      await chat([say("What is this?"), show(red)]),
      await chat([say("What is this?"), show(blue)]),
    ];
    const blind = await chat([say("What is this?")]);
    expect(second.text).toBe(first.text);
    expect(other.text).not.toBe(first.text);
    // 16 parts of a picture and a line break.
    expect(first.usage.prompt_tokens).toBe(blind.usage.prompt_tokens + 17);
  });

  test("sees several pictures, in earlier turns too, in their order", async () => {
    const ask = (one: Buffer, two: Buffer) =>
      chat("", {
        messages: [
          { role: "user", content: [show(one), say("First")] },
          { role: "assistant", content: "Yes" },
          { role: "user", content: [say("Second"), show(two)] },
        ],
      });
    const texts = [await ask(red, blue), await ask(blue, red), await ask(red, red)].map(({ text }) => text);
    expect(new Set(texts).size).toBe(3);
  });

  test("computes a picture of an earlier turn once", async () => {
    const content = [show(red), say("Look at this. ".repeat(40))];
    await chat(content);
    const { usage } = await chat(content);
    expect(usage.prompt_tokens_details?.cached_tokens).toBeGreaterThan(64);
    const { usage: other } = await chat([show(blue), say("Look at this. ".repeat(40))]);
    expect(other.prompt_tokens_details?.cached_tokens).toBe(0);
  });

  test("answers in a form, and with log probabilities", async () => {
    const form = {
      type: "json_schema",
      json_schema: { name: "n", schema: { enum: ["red", "blue"] }, strict: true },
    };
    const { text } = await chat([show(red)], { response_format: form });
    expect(['"red"', '"blue"']).toContain(text ?? "");
    const { choice } = await chat([show(red)], { logprobs: true });
    expect(choice?.logprobs?.content).not.toBeEmpty();
  });

  test("takes what a text says of pictures for text", async () => {
    const text = "<image> <ov_genai_image_0> <|image_pad|>";
    expect((await chat([say(text)])).usage.completion_tokens).toBe(8);
    expect((await chat([say(text), show(red)])).usage.completion_tokens).toBe(8);
  });

  test.each<[string, string | Buffer, string, RegExp]>([
    [
      "a cut one",
      red.subarray(0, 60),
      "invalid_request",
      /messages\[0\].content\[0\].*cannot be read as an image/,
    ],
    [
      "none at all",
      Buffer.from("hello"),
      "invalid_request",
      /messages\[0\].content\[0\].*PNG, JPEG, WebP or GIF/,
    ],
    ["one of too many pixels", toPng(20_000, 6000, [0, 0, 0]), "invalid_request", /20000 x 6000 pixels/],
    ["a strip", toPng(2000, 1, [0, 0, 0]), "invalid_request", /one side may be at most 100 times/],
    ["data that is no base64", "data:image/png,abc", "invalid_request", /without base64 data/],
    ["one on another host", "http://pics.example.com/a.png", "unsupported_parameter", /OV_MEDIA_DOMAINS/],
  ])("refuses %s by its place, and lives on", async (_, image, code, message) => {
    const { status, error } = await refuse([show(image)]);
    expect(status).toBe(400);
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(message),
      param: "messages[0].content[0]",
    });
    expect((await chat([show(red)])).usage.completion_tokens).toBe(8);
  });

  test("answers the same by each API that takes pictures, in results of tools too", async () => {
    const data = red.toString("base64");
    const { text } = await chat([show(red), say("A")]);
    const source = { type: "base64", media_type: "image/png", data };
    const block = { type: "image", source };
    const version = { "anthropic-version": "2023-06-01" };
    const anthropic = { model: "eye", max_tokens: 8, temperature: 0 };
    const ask = (path: string, body: object, headers = {}) => post(path, body, headers);
    const answers = [
      await ask("/v1/responses", {
        ...{ model: "eye", max_output_tokens: 8, temperature: 0 },
        input: [
          {
            role: "user",
            content: [
              { type: "input_image", image_url: toDataUrl(red) },
              { type: "input_text", text: "A" },
            ],
          },
        ],
      }),
      await ask(
        "/v1/messages",
        { ...anthropic, messages: [{ role: "user", content: [block, say("A")] }] },
        version,
      ),
      await ask("/api/chat", {
        ...{ model: "eye", stream: false, options: { num_predict: 8, temperature: 0 } },
        messages: [{ role: "user", content: "A", images: [data] }],
      }),
    ];
    for (const answer of answers) expect(answer).toContain(JSON.stringify(text));
    const { usage } = await chat([show(red), say("A")]);
    const messages = [{ role: "user", content: [block, say("A")] }];
    const counted = await ask("/v1/messages/count_tokens", { model: "eye", messages }, version);
    expect(JSON.parse(counted)).toMatchObject({ input_tokens: usage.prompt_tokens });

    const tools = [{ name: "shot", input_schema: { type: "object" } }];
    const byTool = (image: Buffer) => [
      { role: "user", content: "Look" },
      { role: "assistant", content: [{ type: "tool_use", id: "1", name: "shot", input: {} }] },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "1",
            content: [{ type: "image", source: { ...source, data: image.toString("base64") } }],
          },
        ],
      },
    ];
    const seen = [];
    for (const image of [red, blue]) {
      const body = { ...anthropic, tools, tool_choice: { type: "none" }, messages: byTool(image) };
      seen.push(Value.Parse(Message, JSON.parse(await ask("/v1/messages", body, version))).content);
    }
    expect(seen[0]).not.toEqual(seen[1]);
  });

  test("gives several answers about one picture", async () => {
    const response = await server.chat({
      ...asked,
      ...{ n: 3, temperature: 2, seed: 1, messages: [{ role: "user", content: [show(red)] }] },
    });
    const { choices } = Value.Parse(ChatCompletion, await response.json());
    expect(new Set(choices.map(({ message }) => message.content)).size).toBe(3);
  });

  test("answers the recorded lines of the protocol", async () => {
    const launcher = createBatchingLauncher(runtimePython(runtimeDir()), process.env);
    const picture = join(home, "red.png");
    writeFileSync(picture, red);
    const files = { IMAGE: picture, NONE: "/none" };
    await play(launcher, folder, readRecorded("protocol-vision.jsonl"), (message) => toShape(message), files);
    launcher.remove();
  });

  test("gives its memory back when it is idle, and sees again", async () => {
    const content = [show(red), say("A")];
    const { text } = await chat(content);
    const { models } = JSON.parse(readFileSync(server.registryPath, "utf8"));
    server.register({ eye: { ...models.eye, idle_seconds: 0.2 } });
    // What changes is noticed at a request.
    await chat(content);
    await server.logged(/unloading model model=eye why=idle/);
    await server.logged(/unloaded model model=eye/);
    expect((await chat(content)).text).toBe(text);
    server.register(models);
  });

  test("answers texts and pictures side by side as alone", async () => {
    const contents = [[show(red), say("A")], [say("A")], [show(blue), say("A")], [show(red), say("A")]];
    const together = await Promise.all(contents.map((content) => chat(content)));
    const alone = [];
    for (const content of contents) alone.push((await chat(content)).text);
    expect(together.map(({ text }) => text)).toEqual(alone);
  });
});
