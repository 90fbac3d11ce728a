import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelPath, runtimeDir } from "../helpers/environment.ts";
import { exported, modelFiles } from "../helpers/model-home.ts";
import { createModelHome } from "./model-home.ts";

setDefaultTimeout(180_000);

describe("ov-llm models check", () => {
  test("all well: a table and exit code 0", async () => {
    const { models, makeModel, write } = createModelHome();
    const path = makeModel("m");
    write({ m: { path, ...exported }, smol: { path: modelPath(), ...exported } });
    const { code, out, err } = await models("check");
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["NAME", "STATE", "PATH"],
      ["m", "ok", path],
      ["smol", "ok", modelPath()],
      [""],
    ]);
  });

  test("an empty registry is well", async () => {
    const { models, registryPath } = createModelHome();
    expect(await models("check")).toEqual({ code: 0, out: `No models in "${registryPath}" yet.\n`, err: "" });
  });

  function createBadHome() {
    const home = createModelHome();
    const [good, half] = [home.makeModel("good"), join(home.home, "half")];
    home.makeModel("half");
    Bun.spawnSync(["rm", join(half, modelFiles[1] ?? "")]);
    home.write({
      good: { path: good, ...exported, aliases: ["half"] },
      half: { path: half, ...exported },
      stale: { path: "/nowhere", ...exported },
      broken: { path: "relative", ...exported },
      number: 5,
    });
    return home;
  }

  test("each that is bad in a full sentence, and exit code 1", async () => {
    const { code, out, err } = await createBadHome().models("check");
    expect([code, err]).toEqual([1, ""]);
    expect(out).toMatch(/^half +it is an incomplete export without openvino_model.bin +\//m);
    expect(out).toMatch(/^stale +it does not exist +\/nowhere$/m);
    expect(out).toMatch(/^broken +its entry is not valid +-$/m);
    expect(out).toMatch(/^good: Alias "half" of registry entry "good" is dropped: another name or alias/m);
    expect(out).toMatch(
      /^half: Cannot use the model at ".*half": it is an incomplete export without openvino_model.bin\./m,
    );
    expect(out).toMatch(/^broken: Registry entry "broken" is skipped: its "path" is "relative"/m);
    expect(out).toMatch(/^number: Registry entry "number" is skipped: it is 5, but must be an object/m);
  });

  test("only the named ones count", async () => {
    const home = createBadHome();
    home.write({ ...home.read(), fine: { path: home.makeModel("fine"), ...exported } });
    expect((await home.models("check", "fine", "fine")).out).toMatch(/^NAME.*\nfine +ok .*\n$/);
    expect((await home.models("check", "fine", "stale")).code).toBe(1);
    expect((await home.models("check", "nope")).err).toStartWith(`error: Cannot find model "nope": `);
  });

  test("--json gives the same as data", async () => {
    const home = createBadHome();
    const { code, out } = await home.models("check", "--json", "half", "number");
    const problem = expect.stringContaining("is an incomplete export");
    expect([code, JSON.parse(out)]).toEqual([
      1,
      {
        registry: home.registryPath,
        models: [
          { name: "half", path: join(home.home, "half"), ok: false, problem, load: null },
          { name: "number", path: null, ok: false, problem: expect.stringContaining("it is 5"), load: null },
        ],
      },
    ]);
  });
});

describe("ov-llm models check --load", () => {
  const hosts = (home: string) => readdirSync(home).filter((name) => name.startsWith("ov-llm-host-"));

  test("loads the real model in the engine and lets it answer; a bad one costs the others nothing", async () => {
    const { home, makeModel, models, write } = createModelHome({ OV_RUNTIME_DIR: runtimeDir(), TMPDIR: "." });
    const damaged = makeModel("damaged");
    write({
      damaged: { path: damaged, ...exported },
      stale: { path: "/nowhere", ...exported },
      smol: { path: modelPath(), ...exported, device: "cpu", context_length: 512 },
    });
    const { code, out, err } = await models("check", "--load", "--json");
    expect(code).toBe(1);
    expect(err.split("\n")).toEqual(["Loading damaged", "Loading smol", ""]);
    expect(JSON.parse(out).models).toEqual([
      {
        name: "damaged",
        path: damaged,
        ok: false,
        problem: expect.stringContaining(`Cannot load model "damaged"`),
        load: expect.objectContaining({ device: null }),
      },
      expect.objectContaining({ name: "stale", ok: false, load: null }),
      {
        name: "smol",
        path: modelPath(),
        ok: true,
        problem: null,
        load: { problem: null, doubt: null, seconds: expect.any(Number), device: "CPU" },
      },
    ]);
    expect(hosts(home)).toEqual([]);
    const table = await models("check", "--load", "smol");
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/^NAME +STATE +DEVICE +SECONDS +PATH\nsmol +answers +CPU +\d+\.\d +\//);
  });

  test("without an engine says how to get one", async () => {
    const { models, write } = createModelHome();
    write({ smol: { path: modelPath(), ...exported } });
    const { code, err } = await models("check", "--load");
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^error: No engine is installed in .*`ov-llm setup`\.\n$/),
    ]);
  });

  test("Ctrl-C ends it at once and leaves nothing behind", async () => {
    const { home, write } = createModelHome();
    write({ smol: { path: modelPath(), ...exported } });
    const main = join(import.meta.dir, "../../cli/main.ts");
    const env = { HOME: home, PATH: process.env.PATH, TMPDIR: home, OV_RUNTIME_DIR: runtimeDir() };
    const child = Bun.spawn([process.execPath, main, "models", "check", "--load"], { env, stderr: "pipe" });
    let err = "";
    for await (const bytes of child.stderr) {
      err += new TextDecoder().decode(bytes);
      if (err === "Loading smol\n") child.kill("SIGINT");
    }
    expect(await child.exited).toBe(130);
    expect(err).toBe("Loading smol\nerror: Stopped before all models were checked.\n");
    expect(hosts(home)).toEqual([]);
  });
});

test("a check changes nothing, and leaves no lock beside the registry", async () => {
  const { makeModel, models, registryPath, root } = createModelHome();
  const entry = `{"path":"${makeModel("m")}","task":"t","weight_format":"w"}`;
  const text = `{"version":1,"models":{"m":${entry}}}`;
  writeFileSync(registryPath, text);
  expect((await models("check")).code).toBe(0);
  expect([await Bun.file(registryPath).text(), readdirSync(root)]).toEqual([text, ["registry.json"]]);
});
