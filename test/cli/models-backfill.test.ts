import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { exported } from "../helpers/model-home.ts";
import { createModelHome } from "./model-home.ts";

describe("ov-llm models backfill", () => {
  test("registers every conversion.json that the registry does not have, once", async () => {
    const { makeConverted, models, read, write, registryPath } = createModelHome();
    const [a, b, c] = [makeConverted("a"), makeConverted("b", { weight_format: "int4" }), makeConverted("c")];
    write({ mine: { path: c, ...exported, device: "GPU" } });
    const { code, out, err } = await models("backfill");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(`Added "a": ${a}\nAdded "b": ${b}\n"mine" is registered already: ${c}\n`);
    expect(read()).toEqual({
      mine: { path: c, ...exported, device: "GPU" },
      a: { path: a, ...exported },
      b: { path: b, ...exported, weight_format: "int4" },
    });
    const text = readFileSync(registryPath, "utf8");
    expect((await models("backfill")).out).toBe(
      `"a" is registered already: ${a}\n"b" is registered already: ${b}\n"mine" is registered already: ${c}\n`,
    );
    expect(readFileSync(registryPath, "utf8")).toBe(text);
  });

  test("--dry-run only says what it would do", async () => {
    const { makeConverted, models, registryPath } = createModelHome();
    const path = makeConverted("a");
    expect(await models("backfill", "--dry-run")).toEqual({
      code: 0,
      out: `Would add "a": ${path}\n`,
      err: "",
    });
    expect(await Bun.file(registryPath).exists()).toBe(false);
  });

  test("gives a taken name a number and a name that is none another, and says so", async () => {
    const { makeConverted, models, read, write } = createModelHome();
    write({ a: { path: "/elsewhere", ...exported } });
    const paths = [makeConverted("a"), makeConverted("b", { name: "B\u001b[2J" })];
    const { out } = await models("backfill");
    expect(out).toBe(
      `Added "a-2" (it was "a", which is taken or not a valid name): ${paths[0]}\n` +
        `Added "b-2j" (it was "B\\u001b[2J", which is taken or not a valid name): ${paths[1]}\n`,
    );
    expect(Object.keys(read())).toEqual(["a", "a-2", "b-2j"]);
  });

  test("what cannot be registered is said and costs the others nothing", async () => {
    const { makeConverted, makeModel, models, read, root } = createModelHome();
    const good = makeConverted("good");
    const broken = makeModel("models/converted_models/broken", { "conversion.json": "{ not" });
    makeModel("models/converted_models/empty", { "conversion.json": "" });
    makeModel("models/converted_models/list", { "conversion.json": "[1]" });
    const stale = makeConverted("stale");
    rmSync(join(stale, "openvino_model.xml"));
    mkdirSync(join(root, "folder/conversion.json"), { recursive: true });
    const { code, out, err } = await models("backfill");
    expect([code, err]).toEqual([0, ""]);
    expect(read()).toEqual({ good: { path: good, ...exported } });
    const skipped = out.split("\n").filter((line) => line.startsWith("Skipped: "));
    expect(skipped).toHaveLength(5);
    expect(out).toContain(`Skipped: Cannot use "${broken}/conversion.json": it cannot be read (`);
    expect(out).toMatch(
      /Skipped: Cannot use ".*\/list\/conversion\.json": it is not a conversion\.json of ov-llm/,
    );
    expect(out).toContain(`Skipped: Cannot use the model at "${stale}": it is an incomplete export`);
    expect(out).toContain(`Register its model with "ov-llm models add", or convert it again.`);
  });
});
