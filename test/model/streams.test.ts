import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import {
  type ChatCompletion,
  ChatCompletionChunk,
  ChatCompletion as ChatCompletionSchema,
} from "../../src/api/openai/chat/response.ts";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { ModelList } from "../../src/api/openai/models.ts";
import { isNative } from "../helpers/engine.ts";
import { childrenOf, eventually, hostPid } from "../helpers/processes.ts";
import { readSamples } from "../helpers/samples.ts";
import { readEvents, smol, smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const maxTokens = 64;
let server: TestServer;

beforeAll(async () => {
  const models = { [smol]: smolEntry(), second: smolEntry({ context_length: 256 }) };
  server = await startServer({ home, models, env: { OV_MAX_TOKENS: String(maxTokens) } });
  await answer("Hello", { max_tokens: 1 });
});
afterAll(() => server.stop());

/** The value, once it is known to be what the API describes. */
function checked<T>(schema: TSchema & { static: T }, value: unknown): T {
  const wrong = [...Value.Errors(schema, value)].map(({ path, message }) => `${path}: ${message}`);
  expect(wrong, JSON.stringify(value)).toEqual([]);
  return Value.Decode(schema, value);
}

const user = (content: unknown) => [{ role: "user", content }];
const capitalOf = (country: string) => `What is the capital of ${country}?`;

async function answer(question: unknown, extra: Record<string, unknown> = {}): Promise<ChatCompletion> {
  const response = await server.chat({ messages: user(question), temperature: 0, ...extra });
  const body: unknown = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(200);
  return checked(ChatCompletionSchema, body);
}

const textOf = ({ choices }: ChatCompletion) => choices[0]?.message.content ?? "";

/** The pieces of a streamed answer. */
async function stream(question: string, extra: Record<string, unknown> = {}): Promise<string[]> {
  return readPieces(await server.chat({ messages: user(question), temperature: 0, stream: true, ...extra }));
}

/** Every chunk checked on the way. */
async function readPieces(response: Response): Promise<string[]> {
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const events = await readEvents(response);
  expect(events.pop()).toBe("[DONE]");
  const chunks = events.map((event) => checked(ChatCompletionChunk, event));
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? "").filter(Boolean);
}

async function errorOf(body: Record<string, unknown>) {
  const response = await server.chat(body);
  const { error } = checked(ErrorBody, await response.json());
  return { status: response.status, ...error };
}

// Questions that the small model answers with a wide margin: a batch rounds otherwise than a single request.
const known: [string, string][] = [
  ["France", "Paris"],
  ["Germany", "Berlin"],
  ["Italy", "Rome"],
  ["Japan", "Tokyo"],
  ["Russia", "Moscow"],
  ["England", "London"],
  ["Greece", "Athens"],
  ["China", "Beijing"],
  ["Cuba", "Havana"],
  ["Peru", "Lima"],
  ["India", "Mumbai"],
  ["Norway", "Oslo"],
  ["Sweden", "Stockholm"],
  ["Canada", "Ottawa"],
].map(([country = "", city = ""]) => [capitalOf(country), city]);
const questions: [string, string][] = [
  ...known,
  ["What is the chemical symbol for gold?", "Au"],
  ["What is the largest planet?", "Jupiter"],
];

/** Resolves when the server has handed over so many requests of the model to its engine. */
async function untilRunning(requests: number): Promise<void> {
  for (;;) {
    const samples = readSamples(await (await fetch(`${server.url}/metrics`)).text());
    if (samples.get(`ov_llm_num_requests_running{model="${smol}"}`) === requests) return;
  }
}

// The native engine answers one at a time.
describe.skipIf(isNative)("sixteen streams at once", () => {
  test("each get their own right text, all of them running together", async () => {
    const order: string[] = [];
    const bounds = { temperature: 0, max_tokens: 32, ignore_eos: true, stream: true };
    const ask = async (question: string) => {
      const response = await server.chat({ messages: user(question), ...bounds });
      const copy = response.clone().body?.getReader();
      await copy?.read();
      order.push("first");
      void copy?.cancel();
      const pieces = await readPieces(response);
      order.push("last");
      return pieces.join("");
    };
    const pid = hostPid(server);
    // None can end before all of them are there.
    process.kill(pid, "SIGSTOP");
    const asking = questions.map(([question]) => ask(question));
    await untilRunning(16);
    process.kill(pid, "SIGCONT");
    const texts = await Promise.all(asking);
    expect(texts).toEqual(questions.map(([, word]) => expect.stringContaining(word)));
    expect(order.indexOf("last")).toBe(16);
  });

  test("have one line each in the log, with the tokens that they got", async () => {
    const pattern = / stream=true .* new=32 /;
    // A line is written once its answer is over, so perhaps after the client has all of it.
    await server.logged(pattern, 16);
    const lines = server.log().filter((line) => pattern.test(line));
    expect(lines).toHaveLength(16);
    for (const line of lines) {
      expect(line).toMatch(
        / 200 id=req_\w+ client=127\.0\.0\.1 model=\S+ stream=true prompt=\d+ cached=\d+ /,
      );
      expect(line).toMatch(/ ttft=\d+\.\d+ tokens_per_second=[\d.]+ finish=length seconds=\d+\.\d+$/);
    }
  });
});

test("a second model loads in a process of its own, and nobody waits for it meanwhile", async () => {
  const isLoaded = () => server.log().some((line) => /loaded model model=second /.test(line));
  const before = childrenOf(server.pid);
  const late = answer(capitalOf("Norway"), { model: "second" });
  const started = () => childrenOf(server.pid).filter((pid) => !before.includes(pid));
  await eventually(() => started().length > 0);
  // However slowly the others are answered.
  const [loading = Number.NaN] = started();
  process.kill(loading, "SIGSTOP");
  for (const [question, word] of known.slice(0, 3)) expect(textOf(await answer(question))).toContain(word);
  expect(isLoaded()).toBe(false);
  process.kill(loading, "SIGCONT");
  expect(await late).toMatchObject({
    model: "second",
    choices: [{ message: { content: expect.stringContaining("Oslo") } }],
  });
  expect(isLoaded()).toBe(true);
  const pids = server.log().flatMap((line) => / loaded model .*pid=(\d+)/.exec(line)?.[1] ?? []);
  expect(new Set(pids).size).toBe(2);
  for (const pid of pids) expect(() => process.kill(Number(pid), 0)).not.toThrow();
  const [one, other] = await Promise.all([answer(capitalOf("Japan")), answer("Hi", { model: "second" })]);
  expect([one.model, other.model]).toEqual([smol, "second"]);
  expect(one.system_fingerprint).not.toBe(other.system_fingerprint);
  const list = checked(ModelList, await (await fetch(`${server.url}/v1/models`)).json());
  expect(list.data).toMatchObject([
    { id: smol, loaded: true, state: "ready", device: "CPU", context_length: 8192 },
    { id: "second", loaded: true, state: "ready", device: "CPU", context_length: 256 },
  ]);
});

describe("usage", () => {
  test("counts a repeated long prefix as cached, in blocks and never whole", async () => {
    const text = Array.from({ length: 200 }, (_, index) => `Item ${index} is on the list.`).join(" ");
    const ask = (end: string) => answer(`${text} ${end}`, { max_tokens: 1 });
    const { usage: cold } = await ask("Count the items.");
    const { usage: warm } = await ask("Name the last item.");
    expect(cold.prompt_tokens).toBeGreaterThan(1500);
    expect(cold.prompt_tokens_details.cached_tokens).toBeLessThan(64);
    const cached = warm.prompt_tokens_details.cached_tokens;
    expect(cached % 32).toBe(0);
    expect(cached).toBeGreaterThan(cold.prompt_tokens - 96);
    expect(cached).toBeLessThan(warm.prompt_tokens);
  });

  test("ends at OV_MAX_TOKENS when the request sets no bound", async () => {
    const { usage, choices } = await answer("Tell me a long story.", { ignore_eos: true });
    expect(usage.completion_tokens).toBe(maxTokens);
    expect(choices[0]?.finish_reason).toBe("length");
  });
});

describe("characters of several tokens", () => {
  const fish = "Write an emoji of a cat.";

  test.each([fish, "Write 'Schöne Grüße aus Österreich' again."])("come whole: %s", async (question) => {
    // The first request fills the prefix cache, so that the other two compute alike.
    await answer(question, { max_tokens: 24 });
    const whole = textOf(await answer(question, { max_tokens: 24 }));
    const pieces = await stream(question, { max_tokens: 24 });
    expect(pieces.join("")).toBe(whole);
    expect(whole).toMatch(/\p{Emoji_Presentation}|Grüße/u);
    for (const piece of pieces) expect(piece.isWellFormed() && !piece.includes("\uFFFD")).toBe(true);
  });

  test("are left out where max_tokens cuts one", async () => {
    const limits = [7, 8, 9];
    const texts = await Promise.all(
      limits.map(async (max_tokens) => textOf(await answer(fish, { max_tokens }))),
    );
    expect(texts.map((text) => text.includes("\uFFFD"))).toEqual([false, false, false]);
  });
});

describe("a request's messages", () => {
  const shape = { type: "invalid_request_error", param: null, code: "context_length_exceeded" };

  test.each([false, true])(
    "are refused beyond the context, with both numbers (stream: %p)",
    async (stream) => {
      const error = await errorOf({ messages: user("word ".repeat(9000)), stream });
      expect(error).toMatchObject({ status: 400, ...shape });
      expect(error.message).toMatch(/context length is 8192 tokens, but the prompt has (9\d{3}|\d{5})/);
    },
  );

  test("are refused beyond the context length of their registry entry", async () => {
    const error = await errorOf({ model: "second", messages: user("word ".repeat(300)) });
    expect(error).toMatchObject({ status: 400, ...shape });
    expect(error.message).toMatch(/context length is 256 tokens, but the prompt has 3\d\d/);
  });

  test("may come as text parts", async () => {
    const whole = await answer(capitalOf("Germany"));
    const parts = ["What is the capital", " of Germany?"].map((text) => ({ type: "text", text }));
    const joined = await answer(parts);
    expect(joined.usage.prompt_tokens).toBe(whole.usage.prompt_tokens);
    expect(textOf(joined)).toContain("Berlin");
  });

  test("may come from a developer, whose word counts as the system's", async () => {
    const from = async (role: string) => {
      const messages = [{ role, content: "You speak only of fish and ships." }, ...user("Hi")];
      return answer("", { messages, max_tokens: 1 });
    };
    const [developer, system, plain] = [await from("developer"), await from("system"), await answer("Hi")];
    expect(developer.usage.prompt_tokens).toBe(system.usage.prompt_tokens);
    expect(developer.usage.prompt_tokens).not.toBe(plain.usage.prompt_tokens);
  });

  test("may come with chat_template_kwargs and keys that nobody knows", async () => {
    const extra = { chat_template_kwargs: { enable_thinking: false }, some_new_key: { a: [1] } };
    expect(textOf(await answer(capitalOf("Germany"), extra))).toContain("Berlin");
  });
});
