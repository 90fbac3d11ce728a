import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { runCli } from "../cli/run-cli.ts";
import { convertEnv, runtimeDir } from "../helpers/environment.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { type Measured, writeMeasured } from "./measured.ts";
import { testServing } from "./serving.ts";
import { tinyModels, toRecipe } from "./table.ts";

/** Names of the table, and the formats that each is converted to; set by `bun run test:models`. */
const wanted = (process.env.OV_TEST_ARCHITECTURES ?? "").split(",");
const picked = Object.entries(tinyModels).filter(([name]) => wanted.includes(name));
const formats = (process.env.OV_TEST_FORMATS ?? "int8,int4").split(",");
const minutes = 60_000;

if (picked.length === 0) test.skip("architectures: `bun run test:models` converts and serves them", () => {});
else describeMatrix();

function describeMatrix(): void {
  const home = createTempDir();
  const source = join(home, "tiny");
  let server: TestServer;

  beforeAll(async () => {
    const recipes = picked.map(([name, model]) => [join(source, name), toRecipe(model)]);
    const argv = [join(convertEnv(), "bin/python"), join(import.meta.dir, "make_tiny.py")];
    const child = Bun.spawn([...argv, JSON.stringify(Object.fromEntries(recipes))], { stderr: "pipe" });
    const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
    if (code !== 0) throw new Error(said);
    server = await startServer({ home, models: {} });
  }, 5 * minutes);

  afterAll(async () => {
    await server?.stop();
  });

  const cases = picked.flatMap(([name, { type }]) => formats.map((format) => ({ name, type, format })));

  describe.each(cases)("$name in $format", ({ name, type, format }) => {
    const model = `${name}-${format}`;
    const row: Measured = { name, format, type, results: {} };
    const note = (what: keyof Measured["results"]) => {
      row.results[what] = true;
      writeMeasured([row]);
    };

    test(
      "is converted",
      async () => {
        writeMeasured([row]);
        const places = { OV_CONVERT_ENV: convertEnv(), OV_RUNTIME_DIR: runtimeDir(), OV_MODEL_SRC: source };
        const flags = ["--yes", "--accept", "--copy", "--only", name, "--name", model];
        const done = await runCli(["convert", ...flags, "--weight-format", format], { home, env: places });
        expect(done.code, done.err).toBe(0);
        note("converted");
      },
      3 * minutes,
    );

    testServing(model, () => server, note);
  });
}
