import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { ChatCompletion } from "../../src/api/openai/chat/response.ts";
import { runCli } from "../cli/run-cli.ts";
import { convertEnv, hfModelPath, runtimeDir } from "../helpers/environment.ts";
import { readEvents, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { type Measured, writeMeasured } from "./measured.ts";
import { tinyModels } from "./table.ts";

/** Names of the table, and the formats that each is converted to; set by `bun run test:models`. */
const names = (process.env.OV_TEST_ARCHITECTURES ?? "").split(",").filter((name) => name in tinyModels);
const formats = (process.env.OV_TEST_FORMATS ?? "int8,int4").split(",");
const llama2 = process.env.OV_TEST_LLAMA2_TOKENIZER;
const minutes = 60_000;
const template =
  "{% for m in messages %}{{ '[INST] ' if m['role'] == 'user' else '' }}{{ m['content'] }}{{ ' [/INST]' if m['role'] == 'user' else eos_token }}{% endfor %}";

if (names.length === 0) test.skip("architectures: `bun run test:models` converts and serves them", () => {});
else describeMatrix();

function describeMatrix(): void {
  const home = createTempDir();
  const source = join(home, "tiny");
  const measured = new Map<string, Measured>();
  let server: TestServer;

  beforeAll(async () => {
    const wanted = names.map((name) => {
      const { type, tokenizer } = tinyModels[name] ?? { type: name, tokenizer: "smollm2" };
      const own = tokenizer === "llama2";
      if (own && llama2 === undefined) throw new Error("OV_TEST_LLAMA2_TOKENIZER names no folder");
      return [
        join(source, name),
        { type, tokenizer: own ? llama2 : hfModelPath(), template: own ? template : null },
      ];
    });
    const python = join(convertEnv(), "bin/python");
    const script = join(import.meta.dir, "make_tiny.py");
    const child = Bun.spawn([python, script, JSON.stringify(Object.fromEntries(wanted))], { stderr: "pipe" });
    const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
    if (code !== 0) throw new Error(said);
    server = await startServer({ home, models: {} });
  }, 5 * minutes);

  afterAll(async () => {
    await server?.stop();
  });

  const cases = names.flatMap((name) => formats.map((format): [string, string] => [name, format]));

  describe.each(cases)("%s in %s", (name, format) => {
    const model = `${name}-${format}`;
    const note = (what: keyof Measured["results"]) => {
      const row = measured.get(model);
      if (row === undefined) return;
      row.results[what] = true;
      writeMeasured([row]);
    };

    test(
      "is converted",
      async () => {
        const row = { name, format, type: tinyModels[name]?.type ?? name, results: {} };
        measured.set(model, row);
        writeMeasured([row]);
        const places = { OV_CONVERT_ENV: convertEnv(), OV_RUNTIME_DIR: runtimeDir(), OV_MODEL_SRC: source };
        const flags = ["--yes", "--accept", "--copy", "--only", name, "--name", model];
        const done = await runCli(["convert", ...flags, "--weight-format", format], { home, env: places });
        expect(done.code, done.err).toBe(0);
        note("converted");
      },
      3 * minutes,
    );

    test(
      "answers, at once and as a stream",
      async () => {
        const { content, finish } = await ask(model);
        expect(content.length).toBeGreaterThan(0);
        expect(finish).toBe("length");
        note("chat");
        const events = await readEvents(await chat(model, { stream: true }));
        expect(events.at(-1)).toBe("[DONE]");
        expect(events.length).toBeGreaterThan(3);
        note("stream");
      },
      minutes,
    );

    test(
      "calls a tool that it has to call, with arguments of its schema",
      async () => {
        for (const seed of [1, 2, 3]) {
          const parameters = {
            type: "object",
            properties: { city: { type: "string", maxLength: 12 } },
            required: ["city"],
          };
          const tools = [{ type: "function", function: { name: "weather", parameters } }];
          const { calls, finish, raw } = await ask(model, {
            tools,
            tool_choice: "required",
            max_tokens: 300,
            temperature: 1,
            seed,
          });
          expect(finish, raw).toBe("tool_calls");
          expect(calls[0]?.function.name).toBe("weather");
          const given: unknown = JSON.parse(calls[0]?.function.arguments ?? "");
          expect(given).toEqual({ city: expect.any(String) });
          expect(raw).not.toContain("<unk>");
        }
        note("tool");
      },
      minutes,
    );

    test(
      "answers in JSON of a schema",
      async () => {
        const properties = {
          name: { type: "string", maxLength: 12 },
          age: { type: "integer", minimum: 0, maximum: 99 },
        };
        const schema = { type: "object", properties, required: ["name", "age"], additionalProperties: false };
        for (const seed of [1, 2, 3]) {
          const format = { type: "json_schema", json_schema: { name: "person", strict: true, schema } };
          const { content, raw } = await ask(model, {
            response_format: format,
            max_tokens: 300,
            temperature: 1,
            seed,
          });
          const given: unknown = JSON.parse(content);
          expect(given, raw).toEqual({ name: expect.any(String), age: expect.any(Number) });
          expect(raw).not.toContain("<unk>");
        }
        note("schema");
      },
      minutes,
    );
  });

  const chat = (model: string, extra: Record<string, unknown> = {}) =>
    server.chat({
      model,
      messages: [{ role: "user", content: "What is the weather in Paris?" }],
      temperature: 0,
      max_tokens: 16,
      ignore_eos: !("tools" in extra || "response_format" in extra),
      ...extra,
    });

  async function ask(model: string, extra: Record<string, unknown> = {}) {
    const response = await chat(model, extra);
    const body: unknown = await response.json();
    const raw = JSON.stringify(body);
    if (!Value.Check(ChatCompletion, body)) throw new Error(`No chat completion: ${raw}`);
    const [choice] = body.choices;
    const { content, tool_calls: calls = [] } = choice?.message ?? { content: null };
    return { content: content ?? "", calls: calls ?? [], finish: choice?.finish_reason, raw };
  }
}
