import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startServer, type TestServer } from "../../helpers/server.ts";
import { installStandIn, writeStandInModel } from "../../helpers/stand-in.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { type CliResult, runCli, toTarget } from "../run-cli.ts";

setDefaultTimeout(540_000);

const folder = createTempDir();
const path = writeStandInModel(join(folder, "m"), "slow-pinned", 4096);
const entry = { path, task: "text-generation-with-past", weight_format: "fp16" };
const env = { OV_RUNTIME_DIR: join(folder, "none"), OV_NATIVE_DIR: installStandIn(folder) };
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ home: join(folder, "home"), models: { m: entry }, env });
});
afterAll(() => server.stop());

/** With more time where that is too short for a machine that is slow now, or stood still meanwhile. */
async function tuneFor(
  minutes: readonly string[],
  isDone: (result: CliResult) => boolean,
  ...args: string[]
): Promise<CliResult> {
  let result = await tune("--minutes", minutes[0] ?? "", ...args);
  for (const more of minutes.slice(1)) if (!isDone(result)) result = await tune("--minutes", more, ...args);
  return result;
}

const tune = (...args: string[]) =>
  runCli(
    ["tune", "m", "--only", "pinning", ...args, ...toTarget({ port: Number(new URL(server.url).port) })],
    {
      home: server.home,
      env,
    },
  );
const ask = async () => {
  const answer = await server.chat({
    model: "m",
    messages: [{ role: "user", content: "Hi" }],
    temperature: 0,
  });
  expect(answer.status).toBe(200);
  return JSON.parse(readFileSync(join(path, "properties.json"), "utf8")).properties;
};
const readEntry = () => JSON.parse(readFileSync(server.registryPath, "utf8")).models.m;

test("what is ten times as fast is found, written, taken by the server, listed by it, and taken back", async () => {
  expect(await ask()).not.toHaveProperty("ENABLE_CPU_PINNING");
  const page = join(folder, "tune.html");
  const isFound = ({ out }: CliResult) => out.includes("Faster: ");
  const { code, out, err } = await tuneFor(["0.15", "0.5", "1"], isFound, "--yes", "--html", page);
  expect([code, err]).toEqual([0, expect.stringContaining("The server has models in memory (m)")]);
  expect(out).toContain("Faster: threads free to move (properties.ENABLE_CPU_PINNING=false): +");
  expect(out).toContain("it writes the same text");
  const [, back] = /To change it back: ov-llm (.*)\n/.exec(out) ?? [];
  expect(back).toBe("models set m properties.ENABLE_CPU_PINNING=");
  expect(readEntry()).toEqual({ ...entry, properties: { ENABLE_CPU_PINNING: false } });
  expect(await ask()).toMatchObject({ ENABLE_CPU_PINNING: false });
  const listed = JSON.parse(await (await fetch(`${server.url}/v1/tunings`)).text());
  expect(listed.data).toMatchObject([{ model: "m", engine: "native", written: true }]);
  expect(readFileSync(page, "utf8")).toContain("Faster: threads free to move");
  await runCli(back?.split(" ") ?? [], { home: server.home, env });
  expect(readEntry()).toEqual(entry);
});

test("a dry run writes nothing, with JSON", async () => {
  const ends = ({ code }: CliResult) => code === 0;
  const { code, out } = await tuneFor(["0.05", "0.5"], ends, "--yes", "--dry-run", "--json");
  expect([code, JSON.parse(out).written, readEntry()]).toEqual([0, false, entry]);
});

test("a page that cannot be written is refused before anything is measured", async () => {
  const { code, err } = await tune("--html", folder);
  expect([code, err]).toEqual([2, expect.stringContaining(`Cannot write the result to "${folder}": EISDIR`)]);
  expect(err).not.toContain("Loading");
  const page = join(folder, "new folder/tune.html");
  const missing = await runCli(["tune", "nothing", "--html", page], { home: server.home, env });
  expect([missing.code, existsSync(page)]).toEqual([1, false]);
});

test("a second one at once is refused, and Ctrl-C leaves the entry as it was", async () => {
  const child = Bun.spawn(
    [process.execPath, join(import.meta.dir, "../../../cli/main.ts"), "tune", "m", "--yes"],
    { env: { PATH: process.env.PATH, HOME: server.home, ...env }, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  let second: CliResult | null = null;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (!said.includes("measured") || second !== null) continue;
    second = await tune("--dry-run");
    child.kill("SIGINT");
  }
  expect(second).toMatchObject({ code: 1, err: expect.stringContaining("Another ov-llm tune is measuring") });
  expect([await child.exited, said]).toEqual([130, expect.stringContaining("Stopped by SIGINT")]);
  expect(readEntry()).toEqual(entry);
});
