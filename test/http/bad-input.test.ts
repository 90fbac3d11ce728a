import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { cpuTicks } from "../helpers/processes.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const megabytes = 1024 * 1024;
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ home, env: { OV_MAX_BODY: "11MB" } });
});
afterAll(() => server.stop());

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  // Given up before the test is: bun would end the servers of a test that takes too long.
  return fetch(`${server.url}${path}`, { signal: AbortSignal.timeout(120_000), ...init });
}

const post = (body: string | Uint8Array<ArrayBuffer> | ReadableStream) =>
  ask("/v1/chat/completions", { method: "POST", body });

/** The error of an answer, once its whole shape is known to be OpenAI's. */
async function errorOf(response: Response) {
  expect(response.headers.get("x-request-id")).toMatch(/^[\w.:-]{1,128}$/);
  expect(response.headers.get("content-type")).toStartWith("application/json");
  const body: unknown = await response.json();
  if (!Value.Check(ErrorBody, body)) throw new Error(`No error body: ${JSON.stringify(body)}`);
  expect(Object.keys(body.error)).toEqual(["message", "type", "param", "code"]);
  return { status: response.status, ...body.error };
}

const hello = [{ role: "user", content: "Hello" }];
const withField = (extra: object) => JSON.stringify({ model: smol, messages: hello, ...extra });
const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe("a body that is not JSON", () => {
  test.each<[string, string | Uint8Array<ArrayBuffer>, RegExp]>([
    ["is empty", "", /is empty/],
    ["is blank", " \n", /is empty/],
    ["lost its quotes in a shell", `{model: ${smol}}`, /line 1, column 2, near "\{model/],
    ["kept the quotes of a shell", `'{"model": "${smol}"}'`, /line 1, column 1,/],
    ["breaks further down", '{\n  "model": "x",\n  "messages": [}\n}', /line 3, column 16/],
    ["ends too early", '{"model": "x"', /line 1, column 14/],
    ["has a comma too many", '{"model": "x",}', /line 1, column 15/],
    ["holds NaN", '{"temperature": NaN}', /line 1, column 17/],
    [
      "has a raw line break in a string",
      '{"model": "a\nb"}',
      /line 1, column 13, .* A line break in a string is written \\n/,
    ],
    ["has Python's quotes", "{'model': 'x'}", /line 1, column 2, .* send json.dumps\(body\)/],
    ["was encoded twice", JSON.stringify('{"model": "x"}'), /was encoded twice: send the object itself/],
    ["is UTF-16", new Uint8Array([0xff, 0xfe, 0x7b, 0, 0x7d, 0]), /not UTF-8 text.* looks like UTF-16/],
    [
      "is gzip without its header",
      Bun.gzipSync("{}"),
      /not UTF-8 text.* looks like gzip.*Content-Encoding: gzip/,
    ],
    ["is no UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), /not UTF-8/],
    ["is 10 MB of something else", "x".repeat(10 * megabytes), /line 1, column 1/],
    ["is nested 100,000 levels deep and open", "[".repeat(100_000), /nested too deeply/],
  ])("that %s", async (_, body, message) => {
    const error = await errorOf(await post(body));
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error", code: "invalid_json" });
    expect(error.param).toBeNull();
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThan(300);
  });
});

test.each([
  ["messages", 20_000],
  ["chat_template_kwargs", 1000],
  ["chat_template_kwargs", 100_000],
])("JSON with %s nested %d levels deep is refused", async (field, levels) => {
  const body = `{"model":"${smol}","messages":[{"role":"user"}],"${field}":{"a":${deep(levels)}}}`;
  const before = cpuTicks(server.pid);
  expect(await errorOf(await post(body))).toMatchObject({ status: 400, type: "invalid_request_error" });
  // Such a body is small; it must not hold up everyone else, with two seconds of computing.
  expect(cpuTicks(server.pid) - before).toBeLessThan(200);
});

describe("a field that is wrong is named", () => {
  test.each<[string, object]>([
    ["messages", { messages: undefined }],
    ["messages", { messages: [] }],
    ["messages", { messages: "Hello" }],
    ["messages[0]", { messages: ["Hello"] }],
    ["messages[0].role", { messages: [{ content: "Hello" }] }],
    ["messages[1].role", { messages: [...hello, { role: "wizard", content: "Hello" }] }],
    ["messages[0].content", { messages: [{ role: "user", content: 7 }] }],
    ["messages[0].content[0]", { messages: [{ role: "user", content: [{ type: "text" }] }] }],
    ["model", { model: 5 }],
    ["stream", { stream: "yes" }],
    ["stream_options", { stream_options: true }],
    ["temperature", { temperature: "hot" }],
    ["temperature", { temperature: -0.1 }],
    ["top_p", { top_p: 1.01 }],
    ["max_tokens", { max_tokens: -2 }],
    ["max_tokens", { max_tokens: 0 }],
    ["max_completion_tokens", { max_completion_tokens: 1.5 }],
    ["n", { n: 129 }],
    ["n", { n: 2 ** 70 }],
    ["seed", { seed: 0.5 }],
    ["top_k", { top_k: 2 ** 70 }],
    ["repetition_penalty", { repetition_penalty: 0 }],
    ["stop[0]", { stop: [7] }],
    ["stop", { stop: Array(17).fill("x") }],
  ])("%s in %j", async (param, extra) => {
    const error = await errorOf(await post(withField(extra)));
    expect(error).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      code: "invalid_request",
      param,
    });
    expect(error.message).toContain(`"${param}"`);
  });

  test.each(["temperature", "max_tokens", "n"])("%s of 1e400, which no number can hold", async (param) => {
    const error = await errorOf(await post(withField({}).replace(/}$/, `,"${param}":1e400}`)));
    expect(error).toMatchObject({ status: 400, code: "invalid_request", param });
    expect(error.message).not.toContain("null");
  });

  test.each(["[]", "7", "null", '"text"'])("but not in %s, which is no object", async (body) => {
    const error = await errorOf(await post(body));
    expect(error).toMatchObject({ status: 400, code: "invalid_request", param: null });
  });
});

const toolOf = (properties: object) => ({
  type: "function",
  function: { name: "f", strict: true, parameters: { type: "object", properties } },
});

test.each<[string, object]>([
  ["tools[0].type", { tools: [{ type: "web_search" }] }],
  ["logit_bias", { logit_bias: { "50": 100 } }],
  ["top_logprobs", { logprobs: true, top_logprobs: 2 }],
  ["tools[0].function.parameters.properties.n.multipleOf", { tools: [toolOf({ n: { multipleOf: 3 } })] }],
  [
    "functions[0].parameters.not",
    { functions: [{ name: "f", strict: true, parameters: { not: { minProperties: 1 } } }] },
  ],
  [
    "response_format.json_schema.schema.uniqueItems",
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "a", strict: true, schema: { type: "array", uniqueItems: true } },
      },
    },
  ],
  ["structured_outputs.structural_tag", { structured_outputs: { structural_tag: "{}" } }],
  ["response_format.type", { response_format: { type: "xml" } }],
  [
    "messages[0].content[0]",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }] },
  ],
])("what would change the answer and is not served is refused: %s", async (param, extra) => {
  const error = await errorOf(await post(withField(extra)));
  expect(error).toMatchObject({ status: 400, code: "unsupported_parameter", param });
});

test.each<[string, object]>([
  ["tools[0].function.name", { tools: [{ type: "function", function: { name: "no name" } }] }],
  ["tools[0].function.parameters.properties.a.$ref", { tools: [toolOf({ a: { $ref: "#/$defs/b" } })] }],
  [
    "tools[0].function.parameters.type",
    { tools: [{ type: "function", function: { name: "f", parameters: { type: "array" } } }] },
  ],
  ["tools[1].function.name", { tools: [toolOf({}), toolOf({})] }],
  ["tool_choice", { tools: [toolOf({})], tool_choice: { type: "function", function: { name: "g" } } }],
  ["tool_choice", { tool_choice: "required" }],
  ["structured_outputs.regex", { structured_outputs: { regex: "[a-" } }],
  ["structured_outputs.grammar", { structured_outputs: { grammar: "root ::= word" } }],
  ["structured_outputs", { structured_outputs: { regex: "a", choice: ["b"] } }],
  ["structured_outputs", { response_format: { type: "json_object" }, structured_outputs: { regex: "a" } }],
  [
    "response_format.json_schema.schema.type",
    {
      response_format: {
        type: "json_schema",
        json_schema: { name: "a", strict: true, schema: { type: "text" } },
      },
    },
  ],
])("what cannot be a form or a tool is refused with its place: %s", async (param, extra) => {
  const error = await errorOf(await post(withField(extra)));
  expect(error).toMatchObject({ status: 400, code: "invalid_request", param });
});

describe("a model that is not registered", () => {
  const content = "x".repeat(10 * megabytes);

  test.each([{}, { stream: true }, { messages: [{ role: "user", content }] }])(
    "gets 404 %#",
    async (extra) => {
      const error = await errorOf(await post(withField({ model: "gpt-4o", ...extra })));
      expect(error).toMatchObject({ status: 404, code: "model_not_found", param: "model" });
      expect(error.message).toContain(`there is "${smol}"`);
    },
  );

  test("is not hidden by a name that objects have anyway", async () => {
    for (const model of ["constructor", "__proto__", "toString"]) {
      expect(await errorOf(await post(withField({ model })))).toMatchObject({ code: "model_not_found" });
    }
  });
});

test("a body over OV_MAX_BODY gets 413, whether it states its length or not", async () => {
  const body = `{"model": "${"x".repeat(12 * megabytes)}"}`;
  const large = { status: 413, type: "invalid_request_error", code: "request_too_large" };
  expect(await errorOf(await post(body))).toMatchObject(large);
  const error = await errorOf(await post(new Blob([body]).stream()));
  expect(error).toMatchObject(large);
  expect(error.message).toContain("11534336 bytes");
});

describe("a wrong address", () => {
  test.each([
    ["GET", "/v1/chat/completions", "POST"],
    ["DELETE", "/v1/chat/completions", "POST"],
    ["POST", "/v1/models", "GET"],
    ["PATCH", `/v1/models/${smol}`, "GET"],
    ["PUT", "/health", "GET"],
  ])("by method: %s %s gets 405, and Allow says %s", async (method, path, allow) => {
    const response = await ask(path, { method });
    expect(response.headers.get("allow")).toBe(allow);
    expect(await errorOf(response)).toMatchObject({ status: 405, code: "method_not_allowed" });
  });

  test.each(["%FF", "%ED%A0%80", "%", "%zz"])("by a name that is no text: %s gets 400", async (name) => {
    const error = await errorOf(await ask(`/v1/models/${name}`));
    expect(error).toMatchObject({ status: 400, code: "invalid_request", param: "id" });
    expect(error.message).toContain("percent-encoded UTF-8");
  });

  test("by a missing name: no method is said to be served there", async () => {
    const response = await ask("/v1/chat/completions//cancel", { method: "POST" });
    expect(response.headers.get("allow")).toBeNull();
    expect(await errorOf(response)).toMatchObject({ status: 404, code: "route_not_found" });
  });

  test("by a slip in the path: what was meant", async () => {
    const error = await errorOf(await ask("/v1/chat/complitions", { method: "POST" }));
    expect(error.message).toStartWith(
      "Nothing is served at POST /v1/chat/complitions: did you mean /v1/chat/completions?",
    );
    expect(error.message.length).toBeLessThan(250);
  });

  test.each(["/v1", "/v1/engines", "/v1/chat", "/v2/models", "/favicon.ico"])(
    "by path: %s gets 404",
    async (path) => {
      const error = await errorOf(await ask(path));
      expect(error).toMatchObject({ status: 404, code: "route_not_found" });
      expect(error.message).toContain("/v1/chat/completions");
    },
  );
});

test("after all that the same server answers, and no model was loaded for it", async () => {
  const response = await ask("/health");
  expect(await response.json()).toMatchObject({ status: "ok", pid: server.pid, registered: 1, loaded: [] });
  expect(server.log().filter((line) => /loading model| error /.test(line))).toEqual([]);
});
