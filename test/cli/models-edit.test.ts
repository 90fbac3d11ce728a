import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { exported } from "../helpers/model-home.ts";
import { createModelHome } from "./model-home.ts";

function createHome() {
  const home = createModelHome();
  const a = { path: "/a", ...exported, aliases: ["x"], mine: { deep: [1] } };
  const b = { path: "/b", ...exported };
  home.write({ a, b });
  return { ...home, a, b };
}

test("rename keeps the entry, its unknown keys and the order", async () => {
  const { models, read, a, b } = createHome();
  expect(await models("rename", "a", "New Name")).toEqual({
    code: 0,
    out: `Renamed "a" to "New Name".\n`,
    err: "",
  });
  expect(Object.entries(read())).toEqual([
    ["New Name", a],
    ["b", b],
  ]);
});

test("alias adds and removes, several at once", async () => {
  const { models, read, a } = createHome();
  const added = await models("alias", "a", "y", "gpt 4o", "x");
  expect(added).toEqual({ code: 0, out: `"a" now has the aliases "x", "y", "gpt 4o".\n`, err: "" });
  expect(read().a).toEqual({ ...a, aliases: ["x", "y", "gpt 4o"] });
  expect((await models("alias", "--remove", "a", "x", "gpt 4o")).out).toBe(`"a" now has the aliases "y".\n`);
  expect((await models("alias", "a", "y", "--remove")).out).toBe(`"a" now has no aliases.\n`);
  expect(read().a).toEqual({ path: "/a", ...exported, mine: { deep: [1] } });
});

test("set changes values and removes keys", async () => {
  const { models, read, a } = createHome();
  const { code, out } = await models("set", "a", "device=GPU.1", "pinned=true", "idle_seconds=0");
  expect([code, out]).toEqual([0, `Changed "a": device=GPU.1, pinned=true, idle_seconds=0\n`]);
  expect(read().a).toEqual({ ...a, device: "GPU.1", pinned: true, idle_seconds: 0 });
  expect((await models("set", "x", "device=GPU.2")).out).toBe(`Changed "a": device=GPU.2\n`);
  expect((await models("set", "a", "pinned=", "device=", "idle_seconds=", "mine=", "--force")).code).toBe(0);
  expect(read().a).toEqual({ path: "/a", ...exported, aliases: ["x"] });
});

test("set warns about a device that the running server does not see, and sets it", async () => {
  const engine = { name: "batching", state: "ready", reason: null, versions: {}, devices: ["CPU"] };
  const health = {
    status: "ok",
    reason: null,
    version: "0",
    started: "",
    pid: 1,
    device: "CPU",
    engine: null,
  };
  const counts = { registered: 0, on_disk: 0, loaded: [] };
  const server = Bun.serve({
    port: 0,
    fetch: () => Response.json({ ...health, engines: [engine], ...counts }),
  });
  const { models, read, write } = createModelHome({ OV_PORT: String(server.port) });
  write({ a: { path: "/a", ...exported } });
  const { code, err } = await models("set", "a", "device=GPU");
  await server.stop(true);
  expect([code, err]).toEqual([
    0,
    expect.stringMatching(/^Warning: OpenVINO sees no device "GPU", only CPU: /),
  ]);
  expect(read().a?.device).toBe("GPU");
});

test("set succeeds where its warnings cannot be found", async () => {
  const { models, read, write } = createModelHome({ OV_API_KEY_FILE: "/nowhere/keys" });
  write({ a: { path: "/a", ...exported } });
  expect((await models("set", "a", "engine=native")).code).toBe(0);
  expect(read().a?.engine).toBe("native");
});

test("rm without --files leaves the files", async () => {
  const { models, makeModel, read, write } = createHome();
  const path = makeModel("m");
  write({ m: { path, ...exported }, broken: 5 });
  expect((await models("rm", "m")).out).toBe(`Removed "m" from the registry; its files were kept.\n`);
  expect((await models("rm", "broken")).code).toBe(0);
  expect(read()).toEqual({});
  expect(await models("add", "m")).toMatchObject({ code: 0, err: "" });
});

describe("what cannot be done is one line on stderr, exit code 1, and changes nothing", () => {
  test.each([
    [["rename", "aa", "c"], `Cannot find model "aa": did you mean "a"? List them with "ov-llm models".`],
    [["rename", "x", "c"], `Cannot find model "x": it is an alias of "a", use that name.`],
    [["rename", "a", "b"], `Cannot use the name "b": a model has it already. Choose another one.`],
    [["rename", "a", ""], `Cannot use "" as a model's name: it is empty. Choose another one.`],
    [["rename", "--", "a", "-b"], `Cannot use "-b" as a model's name: it starts with "-".`],
    [["alias", "b", "x"], `Cannot use the name "x": it is an alias of "a" already.`],
    [["alias", "b", "z", "a"], `Cannot use the name "a": a model has it already.`],
    [["alias", "a", "z", "--remove"], `Cannot remove alias "z" of model "a": it has "x".`],
    [
      ["set", "a", "pinned=true", "devise=GPU"],
      `Cannot set "devise": did you mean "device"? The keys that ov-llm`,
    ],
    [["set", "a", "temperature=1"], `Cannot set "temperature": did you mean "defaults.temperature"?`],
    [["set", "a", "pooling=cls"], `Cannot set "pooling": did you mean "embedding.pooling"?`],
    [
      ["set", "a", "num_assistant_tokens=-1"],
      `Cannot set "num_assistant_tokens": it is a part of "speculation", as in `,
    ],
    [
      ["set", "a", "context_length=many"],
      `Cannot use "context_length=many": "context_length" must be a whole`,
    ],
    [
      ["set", "nothing-like-it", "device=GPU"],
      `Cannot find model "nothing-like-it": the registry has "a", "b".`,
    ],
    [["rm", "c\u001b[2J"], `Cannot find model "c\\u001b[2J": the registry has "a", "b".`],
    [["rm", "toString", "--files"], `Cannot find model "toString": the registry has "a", "b".`],
    [["check", "bb"], `Cannot find model "bb": did you mean "b"?`],
  ])("%p", async (args, sentence) => {
    const { models, read, a, b } = createHome();
    const { code, out, err } = await models(...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toStartWith(`error: ${sentence}`);
    expect(err.trimEnd()).not.toContain("\n");
    expect(read()).toEqual({ a, b });
  });

  const commands = ["rm a", "rm a --files --yes", "set a device=GPU", "check", "backfill"];
  test.each(commands)("%s with a registry that is broken", async (command) => {
    const { models, registryPath } = createHome();
    writeFileSync(registryPath, "{ broken");
    const { code, err } = await models(...command.split(" "));
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: The registry ".*registry\.json" is not valid JSON: .* at line 1, column 3, .*\n$/,
    );
    expect(await Bun.file(registryPath).text()).toBe("{ broken");
  });
});

test("twenty edits at once all count", async () => {
  const { models, read } = createHome();
  const names = Array.from({ length: 10 }, (_, index) => `alias-${index}`);
  const edits = names.flatMap((name) => [
    models("alias", "a", name),
    models("set", "b", `${name}=1`, "--force"),
  ]);
  expect((await Promise.all(edits)).map(({ code }) => code)).toEqual(Array(20).fill(0));
  expect(read().a?.aliases).toHaveLength(11);
  expect(Object.keys(read().b ?? {})).toHaveLength(3 + 10);
}, 180_000);
