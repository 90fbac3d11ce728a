import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import OpenAI from "openai";
import { errorOf } from "../helpers/failure.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runChecks } from "./run-python.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const apiKey = "a key of the tests";
/** Greedy, so the answer is known. */
const ask = { model: smol, prompt: "The capital of France is", temperature: 0, max_tokens: 4 };
const paris = " Paris.\n\n";
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey } });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0, timeout: 170_000 });
  await client.completions.create({ ...ask, max_tokens: 1 });
});
afterAll(() => server.stop());

describe("the Node client's completions", () => {
  test("come whole, with model, reason and usage", async () => {
    const answer = await client.completions.create(ask);
    expect(answer).toMatchObject({
      object: "text_completion",
      model: smol,
      choices: [{ index: 0, text: paris, finish_reason: "length", logprobs: null }],
      usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
    });
  });

  test("come streamed, in more than one piece, with the same text and the usage", async () => {
    const stream = await client.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const texts = chunks.flatMap(({ choices }) => choices.map(({ text }) => text));
    expect(texts.join("")).toBe(paris);
    expect(texts.filter((text) => text !== "").length).toBeGreaterThan(1);
    expect(chunks.at(-1)?.usage).toMatchObject({ completion_tokens: 4 });
  });

  test("take several prompts, and token ids", async () => {
    const texts = await client.completions.create({
      ...ask,
      prompt: [ask.prompt, "The capital of Italy is"],
    });
    expect(texts.choices.map(({ index, text }) => [index, text.split(/\W/)[1]])).toEqual([
      [0, "Paris"],
      [1, "Rome"],
    ]);
    const response = await fetch(`${server.url}/tokenize`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ model: smol, prompt: ask.prompt }),
    });
    const { tokens } = JSON.parse(await response.text());
    const ids = await client.completions.create({ ...ask, prompt: tokens, echo: true });
    expect(ids.choices[0]?.text).toBe(`${ask.prompt}${paris}`);
  });

  test("are held to a form", async () => {
    // An extension that the client's types do not know.
    const held = { ...ask, structured_outputs: { choice: [" Lyon", " Rome"] }, max_tokens: 8 };
    const { choices } = await client.completions.create(held);
    expect(choices[0]).toMatchObject({
      text: expect.stringMatching(/^ (Lyon|Rome)$/),
      finish_reason: "stop",
    });
  });

  test("end at a stop string, and when the client leaves", async () => {
    const { choices } = await client.completions.create({ ...ask, stop: "\n" });
    expect(choices[0]).toMatchObject({ text: " Paris.", finish_reason: "stop" });
    const endless = { ...ask, max_tokens: 6000, ignore_eos: true, stream: true as const };
    for await (const _ of await client.completions.create(endless)) break;
    expect(await server.logged(/POST \/v1\/completions 499/)).toContain("finish=client_closed_request");
  });

  test("are refused in the client's own exceptions", async () => {
    const refusal = (body: Partial<typeof ask> & { suffix?: string }) =>
      errorOf(client.completions.create({ ...ask, ...body }));
    expect(await refusal({ suffix: " and" })).toBeInstanceOf(OpenAI.BadRequestError);
    expect(await refusal({ suffix: " and" })).toMatchObject({
      code: "unsupported_parameter",
      param: "suffix",
    });
    expect(await refusal({ model: "gpt-3.5-turbo-instruct" })).toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });
});

describe("the Python client and LiteLLM", () => {
  /** What each check of completions_client.py printed, by its name. */
  let checks: Map<string, unknown>;

  beforeAll(async () => {
    checks = await runChecks("completions_client.py", home, `${server.url}/v1`, apiKey, smol);
  });

  test.each<[string, object]>([
    [
      "plain",
      {
        text: paris,
        reason: "length",
        tokens: 4,
        pieces: [" Paris", ".", "\n", "\n"],
        offsets: [0, 6, 7, 8],
      },
    ],
    [
      "several",
      { texts: [`${ask.prompt}${paris}`, expect.stringContaining("The capital of Italy is Rome")] },
    ],
    ["streamed", { text: paris, reasons: ["length"], tokens: 4 }],
    ["stopped", { pieces: 5, text: paris }],
    ["refused", { status: 400, code: "unsupported_parameter", param: "suffix" }],
    ["litellm plain", { text: paris, reason: "length" }],
    ["litellm streamed", { text: paris }],
  ])("get what they ask for: %s", (check, expected) => {
    expect(checks.get(check)).toMatchObject(expected);
  });
});

test("none of what was said is in the log", () => {
  const log = server.log().join("\n");
  expect(log).not.toContain("Paris");
  expect(log).not.toContain("capital");
});
