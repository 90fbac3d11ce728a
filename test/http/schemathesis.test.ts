import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { dirname, join } from "node:path";
import { clientPython } from "../helpers/environment.ts";
import { smol, smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { amount } from "../helpers/whole.ts";

setDefaultTimeout(180_000);
const apiKey = "a-key-of-the-tests";
const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
const home = createTempDir();
let server: TestServer;

beforeAll(async () => {
  const entry = smolEntry({ context_length: 256 });
  const env = { OV_API_KEY: apiKey, OV_MODEL_PATH: String(entry.path), OV_MAX_TOKENS: "4" };
  server = await startServer({ home, models: { [smol]: entry }, env });
});
afterAll(() => server.stop());

const requests = amount({ whole: 2000, part: 500 });

/** schemathesis.toml, which names how many requests the whole has. */
async function writeConfig(folder: string): Promise<string> {
  const text = await Bun.file(join(import.meta.dir, "schemathesis.toml")).text();
  const path = join(folder, "schemathesis.toml");
  await Bun.write(
    path,
    text.replace(/max-examples = (\d+)/g, (_, count) => `max-examples = ${(count * requests) / 2000}`),
  );
  return path;
}

/** Runs schemathesis as schemathesis.toml says; its report as JSON, and what it printed. */
async function runSchemathesis() {
  const cwd = createTempDir();
  const report = join(cwd, "report.json");
  const program = join(dirname(clientPython()), "schemathesis");
  const config = ["--config-file", await writeConfig(cwd)];
  const key = ["--header", `Authorization: Bearer ${apiKey}`];
  const output = ["--report", "json", "--report-json-path", report];
  const child = Bun.spawn([program, ...config, "run", `${server.url}/openapi.json`, ...key, ...output], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      PYTHONPATH: import.meta.dir,
      PYTHONDONTWRITEBYTECODE: "1",
      SCHEMATHESIS_HOOKS: "schemathesis_hooks",
    },
    stdout: "pipe",
    stderr: "pipe",
    timeout: 840_000,
  });
  const [printed, failed] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (!(await Bun.file(report).exists()))
    throw new Error(`schemathesis wrote no report:\n${printed}${failed}`);
  return { report: await Bun.file(report).json(), printed };
}

test(`${requests} requests that schemathesis makes of /openapi.json are answered as it says`, async () => {
  const { report, printed } = await runSchemathesis();
  // What it printed has the requests that show what is wrong.
  if (report.exit_code !== 0) throw new Error(printed);
  expect([report.failures, report.errors]).toEqual([[], []]);
  expect(report.stop_reason).toBe("completed");
  // All but the stream of events, which never ends, and what takes models from the registry.
  expect(report.operations).toMatchObject({ total: 64, tested: 61 });
  expect(report.test_cases).toMatchObject({ with_failures: 0, errored: 0 });
  expect(report.test_cases.generated).toBeGreaterThanOrEqual(requests);
  // A server that refused everything would keep to its document, too.
  const accepted = (path: string) => report.valid_rates[`POST ${path}`].fuzzing.accepted;
  for (const path of ["/v1/chat/completions", "/v1/completions", "/v1/messages"]) {
    expect(accepted(path)).toBeGreaterThanOrEqual(requests / 20);
  }
  expect(accepted("/v1/responses")).toBeGreaterThanOrEqual(requests / 40);
  expect(server.log().filter((line) => / POST \S+ 200 .* stream=true/.test(line)).length).toBeGreaterThan(
    requests / 100,
  );
}, 900_000);

describe("what schemathesis cannot write", () => {
  const half = "\ud83d";

  test.each<[string, object]>([
    ["the content of a message", { messages: [{ role: "user", content: `Hello ${half}` }] }],
    ["a part of it", { messages: [{ role: "user", content: [{ type: "text", text: half }] }] }],
    [
      "a call and its result",
      {
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", tool_calls: [{ id: half, function: { name: half, arguments: {} } }] },
          { role: "tool", tool_call_id: half, content: half },
        ],
      },
    ],
    ["a stop string", { messages: [{ role: "user", content: "Hi" }], stop: half }],
  ])("half of a character in %s is no harm to the model", async (_, body) => {
    for (const stream of [false, true]) {
      const response = await server.chat({ ...body, stream }, { headers });
      expect([response.status, await response.text()]).toEqual([200, expect.not.stringContaining('"error"')]);
    }
  });

  test.each(["repetition_penalty", "top_p", "min_p", "temperature"])(
    "a %s too small for the engine's numbers is served",
    async (name) => {
      const messages = [{ role: "user", content: "Hi" }];
      const response = await server.chat({ messages, [name]: 5e-324 }, { headers });
      expect(response.status).toBe(200);
    },
  );

  test("after all that no model has ended by itself", () => {
    expect(server.log().filter((line) => / error /.test(line))).toEqual([]);
  });
});
