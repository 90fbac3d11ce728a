import { describe, expect, test } from "bun:test";
import { OvError } from "../../src/errors.ts";
import { parseRegistry } from "../../src/registry/schema.ts";

const good = { path: "/m", task: "text-generation-with-past", weight_format: "int8" };
const file = (models: unknown) => JSON.stringify({ version: 1, models });

describe("parseRegistry", () => {
  test("takes a file with a byte order mark", () => {
    expect(parseRegistry(`\uFEFF${file({ m: good })}`).entries.size).toBe(1);
  });

  test("keeps unknown keys of an entry", () => {
    const { entries, problems } = parseRegistry(file({ m: { ...good, note: { by: "me" } } }));
    expect(entries.get("m")).toEqual({ ...good, note: { by: "me" } } as typeof good);
    expect(problems).toEqual([]);
  });

  test("hints at keys that are near a known one, and serves the entry", () => {
    const { entries, problems, hints } = parseRegistry(file({ m: { ...good, devise: "GPU", comment: 1 } }));
    expect([entries.size, problems]).toEqual([1, []]);
    expect(hints).toEqual([
      {
        name: "m",
        reason: 'Registry entry "m" has "devise", which ov-llm does not know; did you mean "device"?',
      },
    ]);
  });

  test("takes every optional key", () => {
    const full = {
      ...good,
      device: "GPU.1",
      engine: "batching" as const,
      aliases: ["a", "b"],
      context_length: 1,
      properties: {
        ATTENTION_BACKEND: "SDPA" as const,
        CACHE_DIR: "/cache",
        ENABLE_HYPER_THREADING: false,
        INFERENCE_NUM_THREADS: 4,
        PERFORMANCE_HINT: "LATENCY" as const,
      },
      pinned: true,
      idle_seconds: 0,
      tool_format: "hermes" as const,
    };
    expect(parseRegistry(file({ m: full })).entries.get("m")).toEqual(full);
  });

  test.each([
    ["path missing", { path: undefined }, `its "path" is missing, but must be an absolute path`],
    ["path relative", { path: "models/m" }, `its "path" is "models/m", but must be an absolute path`],
    ["path under ~", { path: "~/m" }, "it must be absolute, and ~ is not expanded here"],
    ["path a number", { path: 7 }, `its "path" is 7, but must be an absolute path`],
    ["task empty", { task: "" }, `its "task" is "", but must be a task`],
    ["format missing", { weight_format: undefined }, `its "weight_format" is missing`],
    ["device a number", { device: 1 }, `its "device" is 1, but must be an OpenVINO device`],
    ["engine null", { engine: null }, `its "engine" is null`],
    ["an engine that there is not", { engine: "vulkan" }, `its "engine" is "vulkan"`],
    ["properties a list", { properties: [] }, `its "properties" is [], but must be an object of OpenVINO`],
    [
      "a property that there is not",
      { properties: { NUM_STREAM: 1 } },
      `ov-llm does not know the property "NUM_STREAM" in its "properties": it knows ATTENTION_BACKEND, `,
    ],
    [
      "a property of another kind",
      { properties: { NUM_STREAMS: "two" } },
      `the property "NUM_STREAMS" in its "properties" is "two", but must be a whole number, 1 or more`,
    ],
    [
      "a property that is none of its words",
      { properties: { KV_CACHE_PRECISION: "f8" } },
      `is "f8", but must be f32, f16, bf16, u8, i8, u4 or i4`,
    ],
    ["a device that is none", { device: "GPU;rm" }, `its "device" is "GPU;rm"`],
    ["aliases a string", { aliases: "a" }, `its "aliases" is "a", but must be a list of further names`],
    ["alias empty", { aliases: ["a", ""] }, `its "aliases" is "", but must be a list of further names`],
    ["context 0", { context_length: 0 }, `its "context_length" is 0, but must be a whole number`],
    ["context half", { context_length: 1.5 }, `its "context_length" is 1.5`],
    ["pinned text", { pinned: "yes" }, `its "pinned" is "yes", but must be true or false`],
    ["idle negative", { idle_seconds: -1 }, `its "idle_seconds" is -1, but must be a number of seconds`],
    [
      "a default of too much",
      { defaults: { temperature: 3 } },
      `the default "temperature" in its "defaults" is 3, but must be a number from 0 to 2`,
    ],
    [
      "a default that there is not",
      { defaults: { heat: 1 } },
      `ov-llm does not know the default "heat" in its "defaults": it knows temperature, `,
    ],
    [
      "a preset of too much",
      { presets: { "a/b": { top_p: 2 } } },
      `the default "top_p" in its preset "a/b" is 2, but must be a number from 0 to 1`,
    ],
    [
      "a preset that is none",
      { presets: { p: 1 } },
      `its preset "p" is 1, but must be an object of defaults`,
    ],
    ["tool format list", { tool_format: [] }, `its "tool_format" is []`],
  ])("skips an entry with %s and says so", (_what, fields, reason) => {
    const { entries, problems } = parseRegistry(file({ bad: { ...good, ...fields }, ok: good }));
    expect([...entries.keys()]).toEqual(["ok"]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.name).toBe("bad");
    expect(problems[0]?.reason).toStartWith(`Registry entry "bad" is skipped: `);
    expect(problems[0]?.reason).toContain(reason);
  });

  test.each([[null], ["text"], [3], [[]]])("skips an entry that is %p", (value) => {
    const { entries, problems } = parseRegistry(file({ bad: value, ok: good }));
    expect([...entries.keys()]).toEqual(["ok"]);
    expect(problems[0]?.reason).toContain("but must be an object");
  });

  test("skips an entry without a name", () => {
    expect(parseRegistry(file({ "": good })).problems[0]?.reason).toContain("its name is empty");
  });

  test("drops an alias that is a name, even a later or a broken one, or another alias", () => {
    const { entries, problems } = parseRegistry(
      file({
        a: { ...good, aliases: ["a", "b", "broken", "x", "free"] },
        b: { ...good, aliases: ["x", "y", "y"] },
        broken: {},
      }),
    );
    expect(entries.get("a")?.aliases).toEqual(["x", "free"]);
    expect(entries.get("b")?.aliases).toEqual(["y"]);
    const dropped = problems.filter(({ reason }) => reason.startsWith("Alias"));
    expect(dropped.map(({ name }) => name)).toEqual(["a", "a", "a", "b", "b"]);
    expect(dropped[3]?.reason).toBe(
      `Alias "x" of registry entry "b" is dropped: another name or alias has it already.`,
    );
  });

  test("drops a preset whose name is taken", () => {
    const { entries, problems } = parseRegistry(
      file({ a: { ...good, aliases: ["x"], presets: { b: {}, x: {}, free: { top_p: 1 } } }, b: good }),
    );
    expect(entries.get("a")?.presets).toEqual({ free: { top_p: 1 } });
    expect(problems.map(({ reason }) => reason.split(" is dropped")[0])).toEqual([
      `Preset "b" of registry entry "a"`,
      `Preset "x" of registry entry "a"`,
    ]);
  });

  test("names that JavaScript objects have of their own are plain names", () => {
    const text = `{"version":1,"models":{"__proto__":${JSON.stringify(good)},"constructor":${JSON.stringify(good)}}}`;
    expect([...parseRegistry(text).entries.keys()]).toEqual(["__proto__", "constructor"]);
  });

  test.each([
    ["", "is not valid JSON"],
    ["{", "is not valid JSON"],
    ['{"version": 1,\n "models": {},\n}', "a key in double quotes is expected at line 3, column 1, near"],
    ["[]", "holds [], but must be an object"],
    ["null", "holds null, but must be an object"],
    [`{"models":{}}`, "has version nothing; this ov-llm reads version 1"],
    [`{"version":2,"models":{}}`, "has version 2; this ov-llm reads version 1"],
    [`{"version":"1","models":{}}`, `has version "1"`],
    [`{"version":1}`, `has nothing as "models"`],
    [`{"version":1,"models":[]}`, `has [] as "models", but it must be an object`],
  ])("refuses the file %p", (text, sentence) => {
    try {
      parseRegistry(text, "The registry x.json");
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof OvError)) throw error;
      expect(error.code).toBe("registry_invalid");
      expect(error.message).toStartWith("The registry x.json ");
      expect(error.message).toContain(sentence);
    }
  });
});
