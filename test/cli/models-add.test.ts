import { describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { modelPath } from "../helpers/environment.ts";
import { unservedFiles } from "../helpers/ir.ts";
import { exported } from "../helpers/model-home.ts";
import { createModelHome } from "./model-home.ts";

const generation = "text-generation-with-past";

describe("ov-llm models add", () => {
  test("registers a converted folder as its conversion.json says", async () => {
    const { makeConverted, models, read } = createModelHome();
    const path = makeConverted("my-name", { weight_format: "int4" });
    const { code, out, err } = await models("add", path);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(`Added "my-name": task ${generation}, weight format int4, ${path}\n`);
    expect(read()).toEqual({ "my-name": { path, task: generation, weight_format: "int4" } });
  });

  test("registers a .gguf file, by a path from the working folder", async () => {
    const { home, models, read } = createModelHome();
    copyFileSync(modelPath(), join(home, "SmolLM2 x.Q4_1.gguf"));
    expect((await models("add", "SmolLM2 x.Q4_1.gguf", "--name", "smol")).code).toBe(0);
    const path = join(home, "SmolLM2 x.Q4_1.gguf");
    expect(read()).toEqual({ smol: { path, task: generation, weight_format: "q4_1" } });
  });

  test("takes a name and several aliases", async () => {
    const { makeModel, models, read } = createModelHome();
    const path = makeModel("m");
    const { code } = await models("add", "--alias", "a b", path, "--name=OpenVINO/M", "--alias=gpt-4o");
    expect(code).toBe(0);
    expect(read()).toMatchObject({ "OpenVINO/M": { path, aliases: ["a b", "gpt-4o"] } });
  });

  test("gives a taken name a number and says so", async () => {
    const { makeModel, models, read } = createModelHome();
    const paths = ["one/m", "two/m", "three/m"].map((path) => makeModel(path));
    expect((await models("add", paths[0] ?? "", "--alias", "m-2")).code).toBe(0);
    const { out } = await models("add", paths[1] ?? "");
    expect(out).toStartWith(`Added "m-3" (the name "m" is taken): `);
    expect((await models("add", paths[2] ?? "", "--name", "m")).out).toStartWith(`Added "m-4" (`);
    expect(Object.values(read()).map(({ path }) => path)).toEqual(paths);
  });

  test("changes nothing, not even the file, for a path that is registered already", async () => {
    const { home, makeModel, models, registryPath } = createModelHome();
    const path = makeModel("m");
    writeFileSync(
      registryPath,
      `{"version":1,"models":{"mine":{"path":"${path}/","task":"t","weight_format":"w"}}}`,
    );
    const before = [readFileSync(registryPath, "utf8"), statSync(registryPath).ino];
    symlinkSync(path, join(home, "link"));
    for (const spelling of [path, "./m/", "link"]) {
      const { code, out } = await models("add", spelling, "--name", "other", "--alias", "z");
      expect([code, out]).toEqual([
        0,
        expect.stringMatching(
          /^Nothing changed: .* is registered as "mine" already\. Use "ov-llm models rename" or "alias" for other names\.\n$/,
        ),
      ]);
    }
    expect([readFileSync(registryPath, "utf8"), statSync(registryPath).ino]).toEqual(before);
  });

  test.each([
    [["none"], /^error: Cannot use the model at ".*\/none": it does not exist\./],
    [
      ["raw"],
      /^error: Cannot use the model at ".*\/raw": it is a raw Hugging Face model.*`ov-llm convert ".*\/raw"`/,
    ],
    [["emb"], /^error: Cannot add ".*\/emb": the task "fill-mask" \(words for gaps\) is not served yet/],
    [
      ["m", "--name", "a\u001bb"],
      /^error: Cannot use "a\\u001bb" as a model's name: it has invisible characters/,
    ],
    [["m", "--name", " "], /^error: Cannot use " " as a model's name/],
    [["m", "--alias", "taken"], /^error: Cannot use the name "taken": a model has it already\./],
    [["m", "--alias", "m"], /^error: Cannot use "m" as an alias of itself\./],
  ])("refuses %p and writes nothing", async (args, sentence) => {
    const { home, makeModel, models, read, write } = createModelHome();
    makeModel("m");
    makeModel("emb", unservedFiles);
    mkdirSync(join(home, "raw"));
    for (const name of ["config.json", "model.safetensors"]) writeFileSync(join(home, "raw", name), "{}");
    write({ taken: { path: "/taken", ...exported } });
    const { code, out, err } = await models("add", ...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(sentence);
    expect(Object.keys(read())).toEqual(["taken"]);
  });

  test.each([
    [["add"], `error: "ov-llm models add" requires PATH. See "ov-llm models add --help".\n`],
    [["add", "a", "b"], `error: Cannot use "b" with "ov-llm models add": it takes no such argument.`],
    [["add", "a", "--alias"], `error: --alias of "ov-llm models add" requires a value`],
    [["ad"], `error: Unknown command "ad" of "ov-llm models": did you mean "add"?`],
    [["fetch"], `error: Unknown command "fetch" of "ov-llm models": did you mean "ov-llm pull"?`],
    [["xyzzy"], `error: Unknown command "xyzzy" of "ov-llm models": the commands are add, rm, rename, `],
    [["alias", "m"], `error: "ov-llm models alias" requires ALIAS.`],
    [["set", "m"], `error: "ov-llm models set" requires KEY=VALUE.`],
    [["--json", "add"], `error: Cannot use "add" with "ov-llm models"`],
  ])("the command line %p is refused with exit code 2", async (args, line) => {
    const { models, registryPath } = createModelHome();
    const { code, err } = await models(...args);
    expect(code).toBe(2);
    expect(err).toStartWith(line);
    expect(existsSync(registryPath)).toBe(false);
  });

  test("each subcommand has its help", async () => {
    const { models } = createModelHome();
    const { out } = await models("--help");
    for (const name of ["add", "rm", "rename", "alias", "set", "check", "backfill"]) {
      expect(out).toMatch(new RegExp(`^ +${name} +[A-Z]`, "m"));
      const help = await models(name, "--help");
      expect(help).toMatchObject({
        code: 0,
        err: "",
        out: expect.stringContaining(`Usage: ov-llm models ${name} `),
      });
    }
  });
});
