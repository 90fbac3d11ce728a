import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOllama } from "@langchain/ollama";
import { type Message, Ollama } from "ollama";
import { errorOf } from "../helpers/failure.ts";
import { nextEvent } from "../helpers/next-event.ts";
import { registerScripted, startOllamaServer } from "../helpers/ollama-server.ts";
import { smol } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const apiKey = "a key of the tests";
const authorization = `Bearer ${apiKey}`;
const berlin = "The capital of Germany is Berlin.";
const model = `${smol}:latest`;
const scripted = "scripted";
let server: Awaited<ReturnType<typeof startOllamaServer>>;
let client: Ollama;

const ask = {
  model,
  messages: [{ role: "user", content: "What is the capital of Germany?" }],
  options: { temperature: 0, num_predict: 40 },
};
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather of a city",
    parameters: {
      type: "object" as const,
      properties: { city: { type: "string" as const }, days: { type: "integer" as const } },
      required: ["city"],
    },
  },
};
const question: Message = { role: "user", content: "What is the weather in Berlin?" };
const called = { function: { name: "weather", arguments: { city: "Berlin", days: 3 } } };
const result: Message = { role: "tool", tool_name: "weather", content: "Sunny, 21 degrees." };
const sunny = "It is sunny in Berlin.";

beforeAll(async () => {
  // There is no hub.
  server = await startOllamaServer({ home, env: { OV_API_KEY: apiKey, HF_ENDPOINT: "http://127.0.0.1:9" } });
  client = new Ollama({ host: server.ollamaUrl, headers: { authorization } });
  const text = '<tool_call>\n{"name": "weather", "arguments": {"city": "Berlin", "days": 3}}\n</tool_call>';
  await registerScripted(
    server,
    { authorization },
    {
      name: scripted,
      folder: join(home, scripted),
      scripts: [
        { body: { messages: [question], tools: [weather] }, text },
        {
          body: {
            messages: [question, { role: "assistant", content: "", tool_calls: [called] }, result],
            tools: [weather],
          },
          text: sunny,
        },
      ],
    },
  );
});
afterAll(() => server.stop());

describe("the official client", () => {
  test("lists, shows and watches models", async () => {
    const { models } = await client.list();
    expect(models.map((one) => one.model)).toEqual([model, `${scripted}:latest`]);
    expect(models[0]).toMatchObject({ name: model, size: expect.any(Number) });
    const shown = await client.show({ model });
    expect(shown).toMatchObject({
      capabilities: ["completion", "tools"],
      details: { format: "gguf", family: "llama", quantization_level: "Q4_1" },
      model_info: { "general.architecture": "llama", "llama.context_length": 8192 },
    });
    expect(shown.template).toContain("<|im_start|>");
    await client.chat({ ...ask, keep_alive: "1h" });
    const loaded = (await client.ps()).models.find((one) => one.model === model);
    expect(loaded?.size).toBeGreaterThan(50_000_000);
    expect(new Date(loaded?.expires_at ?? 0).getTime() - Date.now()).toBeGreaterThan(3_500_000);
    expect((await client.version()).version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("gets a plain answer", async () => {
    const answer = await client.chat(ask);
    expect(answer).toMatchObject({ model, done: true, done_reason: "stop", eval_count: 8 });
    expect(answer.message).toEqual({ role: "assistant", content: berlin });
    expect(answer.eval_duration).toBeGreaterThan(1_000_000);
    expect(answer.total_duration).toBeGreaterThan(answer.eval_duration);
  });

  test("gets a streamed answer in pieces", async () => {
    const pieces = await Array.fromAsync(await client.chat({ ...ask, stream: true }));
    expect(pieces.map(({ message }) => message.content).join("")).toBe(berlin);
    expect(pieces.length).toBeGreaterThan(4);
    expect(pieces.at(-1)).toMatchObject({ done: true, done_reason: "stop" });
  });

  test("answers a prompt, after a system prompt, plain and streamed", async () => {
    const prompt = { model: smol, prompt: "What is the capital of Germany?", options: ask.options };
    const { response, prompt_eval_count } = await client.generate({
      ...prompt,
      system: "You are a helpful guide.",
    });
    expect(response).toContain("Berlin");
    expect(prompt_eval_count).toBeGreaterThan(10);
    let streamed = "";
    for await (const piece of await client.generate({ ...prompt, stream: true })) streamed += piece.response;
    expect(streamed).toContain("Berlin");
  });

  test("goes on with a raw prompt, and names the models that fill a gap", async () => {
    const raw = {
      model: smol,
      prompt: "The capital of France is",
      raw: true,
      options: { temperature: 0, num_predict: 4 },
    };
    expect(await client.generate(raw)).toMatchObject({
      response: expect.stringContaining("Paris"),
      eval_count: 4,
    });
    const gap = { model: smol, prompt: "def f(", suffix: "return 1" };
    expect(await errorOf(client.generate(gap))).toMatchObject({
      status_code: 400,
      error: expect.stringContaining('"suffix"'),
    });
  });

  test("ends an answer at num_predict and at a stop string", async () => {
    const short = await client.chat({ ...ask, options: { ...ask.options, num_predict: 3 } });
    expect(short).toMatchObject({ done_reason: "length", message: { content: "The capital of" } });
    const stopped = await client.chat({ ...ask, options: { ...ask.options, stop: [" Berlin"] } });
    expect(stopped).toMatchObject({ done_reason: "stop", message: { content: "The capital of Germany is" } });
  });

  test("holds an answer to a schema, and to JSON", async () => {
    const format = {
      type: "object",
      properties: { city: { type: "string", maxLength: 20 } },
      required: ["city"],
      additionalProperties: false,
    };
    const answer = await client.chat({ ...ask, format });
    expect(JSON.parse(answer.message.content)).toEqual({ city: expect.any(String) });
    const any = await client.chat({ ...ask, format: "json", options: { ...ask.options, num_predict: 60 } });
    expect(any.message.content).toStartWith("{");
  });

  test("goes through a round of tools, streamed", async () => {
    const tools = [weather];
    const first = await Array.fromAsync(
      await client.chat({ model: scripted, messages: [question], tools, stream: true }),
    );
    const calls = first.flatMap(({ message }) => message.tool_calls ?? []);
    expect(calls).toMatchObject([{ function: { name: "weather", arguments: { city: "Berlin", days: 3 } } }]);
    expect(first.map(({ message }) => message.content).join("")).toBe("");
    const messages: Message[] = [question, { role: "assistant", content: "", tool_calls: calls }, result];
    const second = await client.chat({ model: scripted, messages, tools });
    expect(second.message).toEqual({ role: "assistant", content: sunny });
  });

  test("stops in the middle of a stream, which ends in the engine", async () => {
    const options = { temperature: 0, num_predict: 4000 };
    const messages = [{ role: "user", content: "Tell a story of a dragon that never ends." }];
    const stream = await client.chat({ model, messages, options, stream: true });
    let pieces = 0;
    const reading = (async () => {
      for await (const _ of stream) if (++pieces === 3) stream.abort();
    })();
    expect(await errorOf(reading)).toMatchObject({ name: "AbortError" });
    const ended = await server.logged(/POST \/api\/chat 499 .*stream=true/);
    expect(Number(/ new=(\d+)/.exec(ended)?.[1])).toBeLessThan(3000);
  });

  test("unloads a model and loads it", async () => {
    const unloaded = await client.chat({ model, messages: [], keep_alive: 0 });
    expect(unloaded).toMatchObject({ done: true, done_reason: "unload" });
    expect((await client.ps()).models.map((one) => one.model)).not.toContain(model);
    expect(await client.generate({ model, prompt: "", keep_alive: -1 })).toMatchObject({
      done_reason: "load",
    });
    const loaded = (await client.ps()).models.find((one) => one.model === model);
    expect(String(loaded?.expires_at)).toStartWith("2262-");
  });

  test("gives a model a second name and takes it away", async () => {
    await client.copy({ source: smol, destination: "llama3.2" });
    expect((await client.list()).models.map((one) => one.model)).toContain("llama3.2:latest");
    expect((await client.chat({ ...ask, model: "llama3.2" })).message.content).toBe(berlin);
    await client.delete({ model: "llama3.2" });
    expect((await client.list()).models.map((one) => one.model)).not.toContain("llama3.2:latest");
  });

  test("pulls what is there", async () => {
    expect((await client.pull({ model })).status).toBe("success");
    const stream = await client.pull({ model: smol, stream: true });
    expect((await Array.fromAsync(stream)).map(({ status }) => status)).toEqual(["success"]);
  });

  test.each<[string, () => Promise<unknown>, number, string]>([
    ["an unknown model", () => client.chat({ ...ask, model: "nobody" }), 404, 'Cannot find model "nobody"'],
    [
      "an unknown model, streamed",
      () => client.chat({ ...ask, model: "nobody", stream: true }),
      404,
      "Cannot find",
    ],
    [
      "a model that cannot be fetched",
      () => client.pull({ model: "owner/nobody" }),
      500,
      "Cannot download owner/nobody",
    ],
    ["an embedding", () => client.embed({ model, input: "a" }), 400, '"embed"'],
    ["a new model", () => client.create({ model: "x", from: smol }), 400, "does not create models"],
    ["a bad option", () => client.chat({ ...ask, options: { top_p: 3 } }), 400, '"options.top_p" must be'],
  ])("throws its own error for %s", async (_, work, status, message) => {
    expect(await errorOf(work())).toMatchObject({
      name: "ResponseError",
      status_code: status,
      error: expect.stringContaining(message),
    });
  });

  test("throws its own error for a wrong key", async () => {
    const other = new Ollama({ host: server.ollamaUrl, headers: { authorization: "Bearer other" } });
    expect(await errorOf(other.list())).toMatchObject({ status_code: 401 });
  });

  test("finds the same on the main port", async () => {
    const main = new Ollama({ host: server.url, headers: { authorization } });
    expect((await main.list()).models).toEqual((await client.list()).models);
    expect((await main.chat(ask)).message.content).toBe(berlin);
  });
});

describe("LangChain", () => {
  const create = (model: string, numPredict = 100) =>
    new ChatOllama({
      model,
      baseUrl: server.ollamaUrl,
      headers: new Headers({ authorization }),
      temperature: 0,
      numPredict,
    });

  test("gets a plain and a streamed answer", async () => {
    const chat = create(smol);
    const messages = [new HumanMessage("What is the capital of Germany?")];
    const answer = await chat.invoke(messages);
    expect(answer.content).toBe(berlin);
    expect(answer.usage_metadata).toMatchObject({ output_tokens: 8 });
    let streamed = "";
    for await (const piece of await chat.stream(messages)) streamed += String(piece.content);
    expect(streamed).toBe(berlin);
  });

  test("finds the models of its client's list", async () => {
    const { models } = await create(smol).client.list();
    expect(models.map(({ name }) => name)).toContain(model);
  });

  test("stops in mid-stream", async () => {
    const control = new AbortController();
    const ended = nextEvent(server.url, "request.finished", "client_closed_request", apiKey);
    const endless = create(smol, 6000);
    const messages = [new HumanMessage("Tell a story of a dragon that never ends.")];
    const reading = (async () => {
      for await (const _ of await endless.stream(messages, { signal: control.signal })) control.abort();
    })();
    expect(await errorOf(reading)).toMatchObject({ name: "AbortError" });
    expect(Number(/"new_tokens":(\d+)/.exec(await ended)?.[1])).toBeLessThan(3000);
  });

  test("goes through a round of tools", async () => {
    const { name, description, parameters: schema } = weather.function;
    const run = tool(() => "Sunny, 21 degrees.", { name, description, schema });
    const chat = create(scripted).bindTools([run]);
    const asked = new HumanMessage(String(question.content));
    const first = await chat.invoke([asked]);
    const [call] = first.tool_calls ?? [];
    expect([call?.name, call?.args]).toEqual(["weather", { city: "Berlin", days: 3 }]);
    const result = new ToolMessage({ content: "Sunny, 21 degrees.", tool_call_id: call?.id ?? "", name });
    expect((await chat.invoke([asked, first, result])).content).toBe(sunny);
  });
});

test("a port that is taken is named with its setting", async () => {
  const { port } = new URL(server.ollamaUrl);
  const failed = startOllamaServer({ home: createTempDir(), env: { OV_OLLAMA_PORT: port } });
  const error = String(await errorOf(failed));
  expect(error).toContain(`Cannot listen on 127.0.0.1:${port}: "`);
  expect(error).toContain("OV_OLLAMA_PORT");
});
