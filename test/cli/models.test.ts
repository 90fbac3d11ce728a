import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../../src/api/openai/models.ts";
import { createTempDir } from "../helpers/temp.ts";
import { findFreePort, runCli, toTarget } from "./run-cli.ts";

const loadedAt = Math.floor(Date.now() / 1000) - 7300;
const unloadedLive = {
  loaded: false,
  state: "unloaded",
  device: null,
  engine: null,
  loaded_at: null,
  idle_unload_at: null,
  memory_bytes: null,
  running: 0,
  waiting: 0,
  tokens_per_second: null,
};
const loadedLive = {
  loaded: true,
  state: "ready",
  device: "GPU.0",
  engine: "batching",
  loaded_at: loadedAt,
  idle_unload_at: null,
  memory_bytes: 3 * 2 ** 30,
  running: 2,
  waiting: 1,
  tokens_per_second: 21.5,
};

function toServed(id: string, live: typeof unloadedLive | typeof loadedLive): Model {
  const facts = {
    context_length: null,
    task: "text-generation",
    weight_format: "int8",
    aliases: [],
    defaults: {},
    presets: {},
  };
  const shown = { parent: null, type: "llm", capabilities: [], arch: null };
  const others = { max_model_len: null, max_context_length: null, meta: { n_ctx_train: null, size: null } };
  const named = { id, object: "model" as const, created: 0, owned_by: "ov-llm", pinned: false };
  return { ...named, ...facts, ...shown, ...others, status: { value: "unloaded" }, ...live };
}

const rawReason = "it is a raw Hugging Face model, not an OpenVINO one";

const server = Bun.serve({
  port: 0,
  fetch: () =>
    Response.json({
      object: "list",
      data: [toServed("good", loadedLive), toServed("raw", unloadedLive)],
    }),
});
afterAll(() => server.stop(true));
const nobody = ["--port", String(await findFreePort())];

function homeWith(text?: string): string {
  const home = createTempDir();
  const folder = join(home, "models/converted_models");
  mkdirSync(folder, { recursive: true });
  if (text !== undefined) writeFileSync(join(folder, "registry.json"), text);
  return home;
}

/** A folder that passes for an OpenVINO model, of 3072 bytes, one file of it behind a link. */
function makeModel(home: string): string {
  const path = join(home, "models/good");
  mkdirSync(join(path, "inner"), { recursive: true });
  for (const name of ["openvino_tokenizer.xml", "openvino_detokenizer.xml"]) {
    writeFileSync(join(path, name), "");
  }
  for (const name of ["openvino_model.xml", "openvino_model.bin"]) {
    writeFileSync(join(path, name), "x".repeat(512));
  }
  writeFileSync(join(path, "inner/part"), "x".repeat(1024));
  writeFileSync(join(home, "blob"), "x".repeat(1024));
  symlinkSync(join(home, "blob"), join(path, "linked"));
  symlinkSync(path, join(path, "inner/circle"));
  return path;
}

function makeRaw(home: string): string {
  const path = join(home, "models/raw");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "config.json"), "{}");
  writeFileSync(join(path, "model.safetensors"), "");
  return path;
}

function makeHome(): string {
  const home = homeWith();
  const entry = (path: string, extra: object = {}) => ({
    path,
    task: "text-generation",
    weight_format: "int8",
    ...extra,
  });
  const models = {
    good: entry(makeModel(home), {
      aliases: ["g", "gg"],
      defaults: { temperature: 0.5 },
      presets: { "good:wild": { temperature: 1.5, stop: ["END"] } },
    }),
    raw: entry(makeRaw(home)),
    gone: entry(join(home, "none")),
    bad: entry("relative"),
  };
  const text = JSON.stringify({ version: 1, models });
  writeFileSync(join(home, "models/converted_models/registry.json"), text);
  return home;
}

describe("ov-llm models", () => {
  test("shows every model, what lies at its path and what the server has loaded", async () => {
    const { code, out, err } = await runCli(["models", ...toTarget(server)], { home: makeHome() });
    expect([code, err]).toEqual([0, ""]);
    const cells = out.split("\n").map((line) => line.split(/ {2,}/));
    expect(cells.slice(0, 4)).toEqual([
      ["NAME", "TASK", "FORMAT", "SIZE", "PATH STATE", "LOADED", "DEVICE", "MEMORY", "RUNNING", "TOKENS/S"],
      ["good", "text-generation", "int8", "3.0 KB", "ok", "2 h", "GPU.0", "3.0 GB", "2 (1 waiting)", "21.5"],
      ["raw", "text-generation", "int8", "2 B", rawReason, "no", "-", "-", "-", "-"],
      ["gone", "text-generation", "int8", "-", "it does not exist", "-", "-", "-", "-", "-"],
    ]);
  });

  test("explains under the table what is wrong, in full sentences", async () => {
    const home = makeHome();
    const { out } = await runCli(["models", ...toTarget(server)], { home });
    const notes = out.slice(out.indexOf("\n\n") + 2);
    expect(notes).toContain("Aliases of good: g, gg\n");
    expect(notes).toContain("Defaults of good: temperature=0.5\n");
    expect(notes).toContain('Preset good:wild of good: temperature=1.5 stop=["END"]\n');
    expect(notes).toContain(`raw: Cannot use the model at "${home}/models/raw": ${rawReason}.`);
    expect(notes).toContain(`gone: Cannot use the model at "${home}/none": it does not exist.`);
    expect(notes).toContain(
      `Registry entry "bad" is skipped: its "path" is "relative", but must be an absolute path`,
    );
  });

  test("without a server says so and still lists", async () => {
    const { code, out } = await runCli(["models", ...nobody], { home: makeHome() });
    expect(code).toBe(0);
    expect(out).toMatch(/good .* ok( +-){5}\n/);
    expect(out).toContain(`No server answers at http://127.0.0.1:${nobody[1]} (connection refused).`);
  });

  test("--json gives the same as data", async () => {
    const home = makeHome();
    const { code, out } = await runCli(["models", "--json", ...toTarget(server)], { home });
    const list = JSON.parse(out);
    expect(code).toBe(0);
    expect(list).toMatchObject({
      state: "ok",
      reason: null,
      server: `http://127.0.0.1:${server.port}`,
      server_problem: null,
    });
    expect(list.problems).toHaveLength(1);
    expect(list.models[0]).toEqual({
      name: "good",
      task: "text-generation",
      weight_format: "int8",
      aliases: ["g", "gg"],
      defaults: { temperature: 0.5 },
      presets: { "good:wild": { temperature: 1.5, stop: ["END"] } },
      path: join(home, "models/good"),
      size_bytes: 3072,
      path_state: "ok",
      path_problem: null,
      ...loadedLive,
    });
  });

  test.each([undefined, `{"version":1,"models":{}}`])(
    "with the registry %p says how to get a model",
    async (text) => {
      const home = homeWith(text);
      const { code, out } = await runCli(["models", ...nobody], { home });
      const path = join(home, "models/converted_models/registry.json");
      expect([code, out]).toEqual([
        0,
        `No models in "${path}" yet. Get a first one with "ov-llm setup --starter".\n`,
      ]);
    },
  );

  test("with nothing but entries that cannot be used names them, and no first model", async () => {
    const home = homeWith(`{"version":1,"models":{"a":5}}`);
    const { code, out } = await runCli(["models", ...nobody], { home });
    const path = join(home, "models/converted_models/registry.json");
    const first = `No model in "${path}" can be used:\n`;
    expect([code, out]).toEqual([
      0,
      `${first}Registry entry "a" is skipped: it is 5, but must be an object.\n`,
    ]);
  });

  test("with a broken registry says so and ends with 1", async () => {
    const { code, out, err } = await runCli(["models", ...nobody], { home: homeWith("{ broken") });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(
      /^error: The registry ".*registry\.json" is not valid JSON: .* at line 1, column 3, .*\n$/,
    );
  });

  test("names that would steer the terminal are escaped", async () => {
    const models = { "a\u001b[2J\nb": { path: "/none", task: "t", weight_format: "int8" } };
    const { out } = await runCli(["models", ...nobody], {
      home: homeWith(JSON.stringify({ version: 1, models })),
    });
    expect(out).not.toContain("\u001b");
    expect(out).toContain("a\\u001b[2J");
  });
});
