import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { ChatCompletion } from "../../src/api/openai/chat/response.ts";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { modelPath } from "../helpers/environment.ts";
import { smolEntry, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runCli } from "./run-cli.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ models: {}, home });
});
afterAll(() => server.stop());

async function models(...args: string[]): Promise<void> {
  expect(await runCli(["models", ...args], { home })).toMatchObject({ code: 0, err: "" });
}

/** The name that answers, or the code of the error. */
async function ask(model: string): Promise<unknown> {
  const messages = [{ role: "user", content: "Hi" }];
  const response = await server.chat({ model, messages, max_tokens: 1 });
  const answer: unknown = await response.json();
  if (Value.Check(ChatCompletion, answer)) return answer.model;
  return Value.Check(ErrorBody, answer) ? answer.error.code : answer;
}

test("a running server sees every change of the registry at its next request", async () => {
  const path = join(home, "models/converted_models/smol/smol.gguf");
  mkdirSync(dirname(path));
  copyFileSync(modelPath(), path);

  expect(await ask("smol")).toBe("model_not_found");
  await models("add", path, "--alias", "first");
  expect(await ask("smol")).toBe("smol");
  expect(await ask("first")).toBe("smol");

  await models("alias", "smol", "second");
  expect(await ask("second")).toBe("smol");
  await models("alias", "smol", "second", "--remove");
  expect(await ask("second")).toBe("model_not_found");

  await models("rename", "smol", "small");
  expect(await ask("small")).toBe("small");
  expect(await ask("smol")).toBe("model_not_found");

  await models("set", "small", "context_length=256");
  expect(await ask("small")).toBe("small");
  const listed = await (await fetch(`${server.url}/v1/models/small`)).json();
  expect(listed).toMatchObject({ loaded: true, context_length: 256 });

  await models("rm", "small", "--files", "--yes");
  expect([await ask("small"), existsSync(dirname(path))]).toEqual(["model_not_found", false]);
  await server.logged(/unloaded model model=small/);
});

test("load and unload reach the running server, and its list shows it", async () => {
  await Bun.write(server.registryPath, JSON.stringify({ version: 1, models: { smol: smolEntry() } }));
  const target = ["--host", "127.0.0.1", "--port", new URL(server.url).port];
  const say = async (...args: string[]) => await runCli(["models", ...args, ...target], { home });

  expect(await say("load", "smol")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^"smol" is loaded \(CPU, \d+\.\d MB of memory\)\.\n$/),
  });
  const { out } = await say();
  expect(out).toMatch(/smol .* \d+ s +CPU +\d+\.\d MB +0 +-\n/);

  expect(await say("unload", "smol")).toMatchObject({ code: 0, out: '"smol" is unloaded.\n' });
  expect((await say()).out).toMatch(/smol .* no +- +- +- +-\n/);

  expect(await say("load", "nobody")).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^error: Cannot find model "nobody": there is "smol"/),
  });
});
