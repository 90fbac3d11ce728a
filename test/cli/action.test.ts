import { expect, test } from "bun:test";
import { join } from "node:path";
import { createTempDir } from "../helpers/temp.ts";

const fixture = join(import.meta.dir, "failing-command.fixture.ts");

async function run(kind: string, env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, fixture, kind], {
    env: { HOME: createTempDir(), PATH: process.env.PATH, ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [err, code] = await Promise.all([child.stderr.text(), child.exited]);
  return { code, err };
}

test.each([
  ["known", 1, "error: The port is taken. Free it.\n"],
  ["setting", 2, "error: Bad value.\n"],
  ["usage", 2, "error: Unknown flag.\n"],
  ["lines", 1, "error: one two \\u001b[31m\n"],
  ["unknown", 1, "error: ov-llm failed unexpectedly: boom (OV_LOG_LEVEL=debug shows where)\n"],
  ["text", 1, "error: ov-llm failed unexpectedly: thrown text (OV_LOG_LEVEL=debug shows where)\n"],
  ["fine", 7, ""],
])("a command that ends with %s has exit code %p and prints %p", async (kind, code, err) => {
  expect(await run(kind)).toEqual({ code, err });
});

test("the stack of an unexpected error is there with OV_LOG_LEVEL=debug", async () => {
  const { code, err } = await run("unknown", { OV_LOG_LEVEL: "debug" });
  expect(code).toBe(1);
  expect(err).toContain("failing-command.fixture.ts");
});
