import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import OpenAI from "openai";
import { isNative } from "../helpers/engine.ts";
import { errorOf } from "../helpers/failure.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const apiKey = "a key of the tests";
const capital = [{ role: "user" as const, content: "What is the capital of Germany?" }];
/** Greedy, so the answer to `capital` is known. */
const ask = { model: smol, messages: capital, temperature: 0, max_tokens: 40 };
/** Goes on until it is stopped; `ignore_eos` is an extension that the client's types do not know. */
const endless = { ...ask, max_tokens: 6000, ignore_eos: true };
let server: TestServer;
let client: OpenAI;

const clientWith = (key: string) =>
  new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0, timeout: 170_000 });

beforeAll(async () => {
  // Three choices of one request run at once, or wait for each other on an engine that runs one at a time.
  const env = { OV_API_KEY: apiKey, OV_MAX_CONCURRENT: "3", OV_MAX_QUEUE: isNative ? "2" : "0" };
  server = await startServer({ home, env });
  client = clientWith(apiKey);
  await client.chat.completions.create({ ...ask, max_tokens: 1 });
});
afterAll(() => server.stop());

type StreamRequest = Omit<OpenAI.ChatCompletionCreateParamsStreaming, "stream">;

/** All chunks, and each choice's text and finish reason by index. */
async function readStream(body: StreamRequest) {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  const texts: string[] = [];
  const reasons: (string | null)[] = [];
  for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
    chunks.push(chunk);
    for (const { index, delta, finish_reason } of chunk.choices) {
      texts[index] = (texts[index] ?? "") + (delta.content ?? "");
      if (finish_reason) reasons[index] = finish_reason;
    }
  }
  return { chunks, texts, reasons };
}

async function textOf(body: OpenAI.ChatCompletionCreateParamsNonStreaming): Promise<string> {
  const { choices } = await client.chat.completions.create(body);
  return choices[0]?.message.content ?? "";
}

describe("an answer", () => {
  test("comes whole, with its model, reason and usage", async () => {
    const answer = await client.chat.completions.create(ask);
    expect(answer).toMatchObject({ object: "chat.completion", model: smol });
    expect(answer.choices).toHaveLength(1);
    expect(answer.choices[0]).toMatchObject({
      index: 0,
      finish_reason: "stop",
      logprobs: null,
      message: { role: "assistant", content: "The capital of Germany is Berlin.", refusal: null },
    });
    const { prompt_tokens = 0, completion_tokens = 0, total_tokens } = answer.usage ?? {};
    expect(prompt_tokens).toBeGreaterThan(10);
    // Seven words and signs, and the end-of-text token.
    expect(completion_tokens).toBe(8);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
  });

  test("comes streamed, in more than one piece, with the same text", async () => {
    const { chunks, texts, reasons } = await readStream(ask);
    expect(texts).toEqual(["The capital of Germany is Berlin."]);
    expect(reasons).toEqual(["stop"]);
    expect(chunks.filter(({ choices }) => choices[0]?.delta.content).length).toBeGreaterThan(3);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    expect(chunks.every((chunk) => chunk.usage === undefined)).toBe(true);
  });

  test("tells its usage in a last chunk when asked", async () => {
    const { chunks } = await readStream({ ...ask, stream_options: { include_usage: true } });
    const last = chunks.pop();
    expect(last?.choices).toEqual([]);
    expect(last?.usage).toMatchObject({ completion_tokens: 8 });
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.every(({ usage }) => usage === null)).toBe(true);
  });

  test("is put together by the client's own stream helper", async () => {
    const deltas: string[] = [];
    const stream = client.chat.completions.stream({ ...ask, stream_options: { include_usage: true } });
    stream.on("content", (delta) => deltas.push(delta));
    const answer = await stream.finalChatCompletion();
    expect(answer.choices[0]?.message.content).toBe("The capital of Germany is Berlin.");
    expect(deltas.join("")).toBe("The capital of Germany is Berlin.");
    expect(answer.usage?.completion_tokens).toBe(8);
  });

  test.each<[string, object]>([
    ["max_tokens", { max_tokens: 3 }],
    ["max_completion_tokens", { max_tokens: undefined, max_completion_tokens: 3 }],
  ])("ends with reason length at %s", async (_, limit) => {
    const { choices, usage } = await client.chat.completions.create({ ...ask, ...limit });
    expect(choices[0]).toMatchObject({ finish_reason: "length", message: { content: "The capital of" } });
    expect(usage?.completion_tokens).toBe(3);
  });

  test.skipIf(isNative)("has the log probability of each chosen token", async () => {
    const { choices } = await client.chat.completions.create({ ...ask, logprobs: true });
    const tokens = choices[0]?.logprobs?.content ?? [];
    expect(tokens.map(({ token }) => token).join("")).toBe("The capital of Germany is Berlin.");
    expect(tokens).toHaveLength(7);
    expect(tokens.every(({ logprob }) => logprob <= 0 && logprob > -10)).toBe(true);
    expect(tokens.some(({ logprob }) => logprob < -0.001)).toBe(true);
    const streamed = await readStream({ ...ask, logprobs: true });
    const pieces = streamed.chunks.flatMap(({ choices }) => choices[0]?.logprobs?.content ?? []);
    expect(pieces.map(({ token }) => token)).toEqual(tokens.map(({ token }) => token));
  });
});

describe("a stop string", () => {
  test.each<[string, string | string[], string]>([
    ["of one token", " Berlin", "The capital of Germany is"],
    ["that spans tokens", "many is Ber", "The capital of Ger"],
    ["whose begin comes and goes", ["capital city", " is Be"], "The capital of Germany"],
    ["of a list, the first to come", ["Berlin", "of", "Germany"], "The capital "],
    ["that never comes", "London", "The capital of Germany is Berlin."],
  ])("%s ends the answer and never shows, plain and streamed", async (_, stop, text) => {
    const { choices } = await client.chat.completions.create({ ...ask, stop });
    expect(choices[0]).toMatchObject({ finish_reason: "stop", message: { content: text } });
    const { texts, reasons } = await readStream({ ...ask, stop });
    expect({ texts, reasons }).toEqual({ texts: [text], reasons: ["stop"] });
  });
});

describe("three choices", () => {
  const three = { ...ask, n: 3, temperature: 1, seed: 5, max_tokens: 12, ignore_eos: true };

  test("come whole and different, their prompt counted once", async () => {
    const { choices, usage } = await client.chat.completions.create(three);
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(new Set(choices.map(({ message }) => message.content)).size).toBeGreaterThan(1);
    const one = await client.chat.completions.create({ ...three, n: 1 });
    expect(usage?.prompt_tokens).toBe(one.usage?.prompt_tokens ?? 0);
    expect(usage?.completion_tokens).toBe(36);
  });

  test("come interleaved in a stream, each whole", async () => {
    const greedy = { ...ask, n: 3, stream_options: { include_usage: true } };
    const { chunks, texts, reasons } = await readStream(greedy);
    expect(texts).toEqual(Array(3).fill("The capital of Germany is Berlin."));
    expect(reasons).toEqual(["stop", "stop", "stop"]);
    const roles = chunks.flatMap(({ choices }) => choices.filter(({ delta }) => delta.role));
    expect(roles.map(({ index }) => index).sort()).toEqual([0, 1, 2]);
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(24);
  });
});

test("the same seed gives the same text, another seed another one", async () => {
  const story = [{ role: "user" as const, content: "Invent a name for a dragon and describe it." }];
  const draw = (seed: number) =>
    textOf({ model: smol, messages: story, temperature: 1, max_tokens: 30, seed });
  const [first, again, other] = [await draw(7), await draw(7), await draw(8)];
  expect(first.length).toBeGreaterThan(20);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

describe("models", () => {
  test("are listed and shown", async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual([smol]);
    expect(await client.models.retrieve(smol)).toMatchObject({
      id: smol,
      object: "model",
      owned_by: "ov-llm",
      loaded: true,
      context_length: 8192,
    });
  });

  test("that are not registered cannot be shown", async () => {
    const error = await errorOf(client.models.retrieve("nobody/knows me"));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: "model_not_found" });
  });
});

describe("an error is the client's typed exception", () => {
  test("NotFoundError for an unknown model, naming the known one", async () => {
    const error = await errorOf(client.chat.completions.create({ ...ask, model: "gpt-4o" }));
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: "model_not_found", param: "model" });
    expect(String(error)).toContain(`"${smol}"`);
    expect(error).toHaveProperty("requestID", expect.stringMatching(/^req_\w+$/));
  });

  test("also where a stream was wanted", async () => {
    expect(await errorOf(readStream({ ...ask, model: "gpt-4o" }))).toBeInstanceOf(OpenAI.NotFoundError);
  });

  test("BadRequestError for a value out of range, naming the field", async () => {
    const error = await errorOf(client.chat.completions.create({ ...ask, temperature: 3 }));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ status: 400, param: "temperature", code: "invalid_request" });
  });

  test("BadRequestError for a parameter that is not served", async () => {
    const error = await errorOf(client.chat.completions.create({ ...ask, logit_bias: { "50": 100 } }));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ param: "logit_bias", code: "unsupported_parameter" });
  });

  test("AuthenticationError for a wrong key", async () => {
    const error = await errorOf(clientWith("another key").models.list());
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: "invalid_api_key" });
  });
});

test.skipIf(isNative)(
  "RateLimitError when all slots are taken, and an aborted stream gives its slot back",
  async () => {
    const stop = new AbortController();
    const streams = await Promise.all(
      [0, 1, 2].map(() =>
        client.chat.completions.create({ ...endless, stream: true }, { signal: stop.signal }),
      ),
    );
    const readers = streams.map((stream) => stream[Symbol.asyncIterator]());
    await Promise.all(readers.map((reader) => reader.next()));
    const refused = await errorOf(client.chat.completions.create(ask));
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
    expect(refused).toMatchObject({ code: "queue_full" });
    stop.abort();
    const ended = await server.logged(/stream=true.* finish=client_closed_request/);
    expect(Number(/ new=(\d+)/.exec(ended)?.[1])).toBeLessThan(3000);
    expect(await textOf(ask)).toBe("The capital of Germany is Berlin.");
  },
);
