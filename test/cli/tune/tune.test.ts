import { expect, setDefaultTimeout, test } from "bun:test";
import { createModelHome } from "../../helpers/model-home.ts";
import { findFreePort, runCli } from "../run-cli.ts";

setDefaultTimeout(180_000);

async function tune(models: Record<string, unknown>, ...args: string[]) {
  const home = createModelHome();
  home.write(models);
  return await runCli(["tune", ...args, "--port", String(await findFreePort())], home);
}

const chat = { path: "/m", task: "text-generation-with-past", weight_format: "int8" };

test.each([
  [["m", "--minutes", "soon"], 2, 'Cannot use --minutes "soon": expected a number up to 240'],
  [["m", "--only", "colour"], 2, "expected one of device, kv, "],
  [["nobody"], 1, '"nobody"'],
  [["e"], 1, "its task is feature-extraction"],
  [["m"], 1, "/m"],
] as const)("ov-llm tune %j is refused", async (args, code, message) => {
  const models = { m: chat, e: { ...chat, task: "feature-extraction" } };
  const result = await tune(models, ...args);
  expect([result.code, result.out]).toEqual([code, ""]);
  expect(result.err).toContain(message);
});
