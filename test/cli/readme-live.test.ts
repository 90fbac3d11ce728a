import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repo, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { readBlocks } from "./readme.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const bin = createTempDir();
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ home });
  const path = join(bin, "ov-llm");
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${join(repo, "cli/main.ts")}" "$@"\n`);
  chmodSync(path, 0o755);
  // Something for `git diff` to show.
  await Bun.$`git init -q . && echo one > a && git add a && echo two > a`.cwd(home).quiet();
});
afterAll(() => server.stop());

const blocks = await readBlocks("README.md", { section: "See it work" });

test.each(blocks)("the README's block runs as it stands: %j", async (block) => {
  const { port } = new URL(server.url);
  // A conversation needs a terminal; it has tests of its own.
  const script = block.replace(/^ov-llm chat( +#.*)?$/m, "").replaceAll(":9000", `:${port}`);
  const { exitCode, stdout, stderr } = await Bun.$`bash -euo pipefail -c ${script}`
    .cwd(home)
    .env({ HOME: home, PATH: `${bin}:${process.env.PATH}`, OV_PORT: port })
    .quiet()
    .nothrow();
  expect([exitCode, stderr.toString()]).toEqual([0, expect.not.stringContaining("error")]);
  expect(stdout.toString().length).toBeGreaterThan(3);
  expect(stdout.toString()).not.toContain('"error"');
});

test("there are blocks", () => expect(blocks.length).toBeGreaterThan(1));

const python = process.env.OV_TEST_PYTHON;
test.skipIf(python === undefined)(
  "the README's program in Python prints the answer (skipped without OV_TEST_PYTHON)",
  async () => {
    const [program = ""] = await readBlocks("README.md", { section: "See it work", language: "python" });
    const script = program.replaceAll(":9000", `:${new URL(server.url).port}`);
    const { exitCode, stdout, stderr } = await Bun.$`${python} -c ${script}`.quiet().nothrow();
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
    expect(stdout.toString()).toContain("Paris");
  },
);
