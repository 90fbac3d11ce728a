import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CliResult, findFreePort, runCli } from "../cli/run-cli.ts";
import { clientPython } from "../helpers/environment.ts";
import { createTempDir } from "../helpers/temp.ts";
import { startBox, type TestBox } from "./boxes.ts";

const home = createTempDir();
const homes = [createTempDir(), createTempDir()] as const;
const keys: Record<string, string> = {};
let boxes: TestBox[];
let words: string[];
let config: CliResult;
let dead: string;
/** What each check of router_client.py printed, by its name. */
let checks: Map<string, unknown>;

beforeAll(async () => {
  boxes = await Promise.all([startBox("pc1", homes[0], false), startBox("pc2", homes[1], false)]);
  for (const { name, key } of boxes) keys[`KEY_OF_${name.toUpperCase()}`] = key;
  words = boxes.flatMap(({ name, url }) => ["--box", `${url}=env:KEY_OF_${name.toUpperCase()}`]);
  dead = `http://127.0.0.1:${await findFreePort()}`;
  config = await runCli(["mesh", "config", ...words, "--box", dead], { home, env: keys });
  const path = join(home, "litellm.yaml");
  writeFileSync(path, config.out);
  checks = await runRouter(path);
}, 180_000);
afterAll(async () => {
  await Promise.all(boxes.map(({ server }) => server.stop()));
}, 180_000);

async function runRouter(path: string): Promise<Map<string, unknown>> {
  const child = Bun.spawn([clientPython(), join(import.meta.dir, "router_client.py"), path], {
    env: { PATH: process.env.PATH, HOME: home, NO_PROXY: "*", PYTHONDONTWRITEBYTECODE: "1", ...keys },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`router_client.py ended with ${code}:\n${out}\n${err}`);
  const lines = out.split("\n").filter((line) => line.startsWith('{"check"'));
  return new Map(lines.map((line) => [JSON.parse(line).check, JSON.parse(line)]));
}

describe("ov-llm mesh config", () => {
  test("names the box that does not answer, and writes the rest", () => {
    expect(config.code).toBe(1);
    expect(config.err).toContain(`No server answers at ${dead} (connection refused).`);
    expect(config.out).toContain(`with these variables set: LITELLM_MASTER_KEY, KEY_OF_PC1, KEY_OF_PC2\n`);
    for (const { key } of boxes) expect(config.out).not.toContain(key);
  });

  test("refuses boxes that offer nothing", async () => {
    const { code, out, err } = await runCli(["mesh", "config", "--box", dead], { home });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("Cannot write settings for one box: it offers no model.");
  });

  test("asks for the key that a box requires", async () => {
    const url = boxes[0]?.url ?? "";
    const { code, err } = await runCli(["mesh", "config", "--box", url], { home });
    expect([code, err]).toEqual([1, expect.stringContaining(`Give its key as --box ${url}=KEY.`)]);
  });
});

describe("LiteLLM's own loader", () => {
  test("knows every setting, and has each name once", () => {
    expect(checks.get("settings")).toMatchObject({
      unknown: [],
      names: ["assistant", "minilm", "ranker", "smol", "terse"],
    });
    expect(checks.get("models")).toMatchObject({
      ids: 10,
      info: { mode: "chat", max_input_tokens: 8192, supports_function_calling: true, supports_vision: false },
    });
  });

  test("reaches each box that has a name, and other names of its models", () => {
    expect(checks.get("chat")).toMatchObject({ boxes: ["pc1", "pc2"] });
    expect(checks.get("other names")).toMatchObject({ boxes: [expect.any(String), expect.any(String)] });
  });

  test("keeps a conversation on its box", () => {
    expect(checks.get("session")).toMatchObject({ boxes: [expect.stringMatching(/^pc[12]$/)] });
  });

  test("reaches models of other tasks", () => {
    expect(checks.get("embedding")).toMatchObject({ vectors: 2, box: expect.stringMatching(/^pc/) });
    expect(checks.get("rerank")).toMatchObject({ results: 2 });
  });
});

describe("ov-llm mesh check", () => {
  test("shows all boxes at a glance", async () => {
    const { code, out } = await runCli(["mesh", "check", ...words], { home, env: keys });
    expect(code).toBe(0);
    for (const { url } of boxes) expect(out).toMatch(new RegExp(`${new URL(url).host} +ok +\\S+ +\\S+ +3 `));
  });

  test("has exit code 1 while one is down, which is in the list as JSON, too", async () => {
    const { code, out } = await runCli(["mesh", "check", "--json", ...words, "--box", dead], {
      home,
      env: keys,
    });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { status: "ok", models: ["smol", "minilm", "ranker"], problem: null },
      { status: "ok" },
      { status: "down", url: dead, models: [], problem: expect.stringContaining("connection refused") },
    ]);
  });
});
