import { describe, expect, test } from "bun:test";
import {
  addAliases,
  addModel,
  type RawModels,
  removeAliases,
  removeModel,
  renameModel,
} from "../../src/registry/edit.ts";

const base = { task: "t", weight_format: "int8" };
const toRealPath = (path: string) => path.replace("/link", "/real");

/** Three models, an entry of no use, and keys that ov-llm does not know. */
function makeModels(): RawModels {
  return {
    a: { path: "/real/a", ...base, aliases: ["x", "y"], mine: { deep: [1] } },
    b: { path: "/b", ...base },
    broken: 5,
  };
}

/** Runs a change that must be refused, and sees that it has changed nothing. */
function expectRefused(change: (models: RawModels) => void, code: string, sentence: string): void {
  const models = makeModels();
  expect(() => change(models)).toThrow(expect.objectContaining({ code, message: sentence }));
  expect(models).toEqual(makeModels());
}

describe("addModel", () => {
  const add = (models: RawModels, name: string, path: string, aliases?: string[]) =>
    addModel(models, { name, entry: { path, ...base, ...(aliases && { aliases }) }, toRealPath });

  test("adds the entry and leaves the others as they are", () => {
    const models = makeModels();
    expect(add(models, "c", "/c", ["z", "z"])).toEqual({ name: "c", added: true });
    expect(models).toEqual({ ...makeModels(), c: { path: "/c", ...base, aliases: ["z"] } });
  });

  test.each([
    ["b", "b-2"],
    ["broken", "broken-2"],
    ["x", "x-2"],
    ["toString", "toString"],
  ])("the name %p becomes %p", (name, given) => {
    const models = makeModels();
    expect(add(models, name, "/c")).toEqual({ name: given, added: true });
    expect(Object.keys(models).at(-1)).toBe(given);
  });

  test.each(["/real/a", "/link/a"])("changes nothing when %p is registered already", (path) => {
    const models = makeModels();
    expect(add(models, "c", path, ["z"])).toEqual({ name: "a", added: false });
    expect(models).toEqual(makeModels());
  });

  test.each([
    ["", [], `Cannot use "" as a model's name: it is empty. Choose another one.`],
    ["c", ["b"], `Cannot use the name "b": a model has it already. Choose another one.`],
    ["c", ["z", "x"], `Cannot use the name "x": it is an alias of "a" already. Choose another one.`],
    ["c", ["c"], `Cannot use "c" as an alias of itself. Choose another one.`],
    ["c", [""], `Cannot use "" as an alias: it is empty. Choose another one.`],
  ])("refuses %p with the aliases %p", (name, aliases, sentence) => {
    expectRefused((models) => add(models, name, "/c", aliases), "invalid_request", sentence);
  });
});

describe("a name that is not there", () => {
  const changes: [string, (models: RawModels, name: string) => void][] = [
    ["removeModel", removeModel],
    ["renameModel", (models, name) => renameModel(models, name, "new")],
    ["addAliases", (models, name) => addAliases(models, name, ["new"])],
    ["removeAliases", (models, name) => removeAliases(models, name, ["x"])],
  ];

  test.each(changes)("%s names the nearest ones", (_, change) => {
    const rest = `List them with "ov-llm models".`;
    const refuse = (name: string, reason: string) =>
      expectRefused(
        (models) => change(models, name),
        "model_not_found",
        `Cannot find model "${name}": ${reason} ${rest}`,
      );
    refuse("brken", `did you mean "broken"?`);
    refuse("something-else", `the registry has "a", "b", "broken".`);
    refuse("x", `it is an alias of "a", use that name.`);
    refuse("toString", `the registry has "a", "b", "broken".`);
  });

  test("says that the registry is empty", () => {
    expect(() => removeModel({}, "a")).toThrow(`Cannot find model "a": the registry is empty.`);
  });
});

test("a preset is called one where its name is in the way or looked for", () => {
  const models: RawModels = { a: { path: "/a", ...base, presets: { p: {} } }, b: { path: "/b", ...base } };
  const taken = (holder: string) => `Cannot use the name "p": it is a preset of "${holder}" already.`;
  expect(() => addAliases(models, "b", ["p"])).toThrow(taken("a"));
  expect(() => addAliases(models, "a", ["p"])).toThrow(taken("a"));
  expect(() => renameModel(models, "a", "p")).toThrow(taken("a"));
  expect(() => removeModel(models, "p")).toThrow('it is a preset of "a", use that name.');
});

test("removeModel takes the entry out and returns it, even a broken one", () => {
  const models = makeModels();
  expect(removeModel(models, "broken")).toBe(5);
  expect(Object.keys(models)).toEqual(["a", "b"]);
});

describe("renameModel", () => {
  test("keeps the order and everything in the entry", () => {
    const models = makeModels();
    renameModel(models, "a", "z");
    expect(Object.keys(models)).toEqual(["z", "b", "broken"]);
    expect(models.z).toEqual(makeModels().a);
  });

  test("to one of its own aliases: that is no alias any more", () => {
    const models = makeModels();
    renameModel(models, "a", "x");
    expect(models.x).toMatchObject({ path: "/real/a", aliases: ["y"], mine: { deep: [1] } });
  });

  test("renames it where it is a draft, too", () => {
    const speculation = { kind: "draft", model: "a", num_assistant_tokens: 3 };
    const models: RawModels = { ...makeModels(), b: { path: "/b", speculation } };
    renameModel(models, "a", "z");
    expect(models.b).toEqual({ path: "/b", speculation: { ...speculation, model: "z" } });
  });

  test("renames a broken entry too", () => {
    const models = makeModels();
    renameModel(models, "broken", "z");
    expect(models.z).toBe(5);
  });

  test.each([
    ["a", "b", `Cannot use the name "b": a model has it already. Choose another one.`],
    ["a", "a", `Cannot use the name "a": a model has it already. Choose another one.`],
    ["b", "x", `Cannot use the name "x": it is an alias of "a" already. Choose another one.`],
    ["a", "a\n", `Cannot use "a\\n" as a model's name: it starts or ends with a space. Choose another one.`],
  ])("refuses %p to %p", (name, next, sentence) => {
    expectRefused((models) => renameModel(models, name, next), "invalid_request", sentence);
  });
});

describe("aliases", () => {
  test("are added once and returned all", () => {
    const models = makeModels();
    expect(addAliases(models, "a", ["z", "x", "z"])).toEqual(["x", "y", "z"]);
    expect(models.a).toEqual({ path: "/real/a", ...base, aliases: ["x", "y", "z"], mine: { deep: [1] } });
    expect(addAliases(models, "b", ["w"])).toEqual(["w"]);
  });

  test("are removed, and the key goes with the last one", () => {
    const models = makeModels();
    expect(removeAliases(models, "a", ["x"])).toEqual(["y"]);
    expect(removeAliases(models, "a", ["y"])).toEqual([]);
    expect(models.a).toEqual({ path: "/real/a", ...base, mine: { deep: [1] } });
  });

  test.each([
    ["a", ["z", "b"], `Cannot use the name "b": a model has it already. Choose another one.`],
    ["b", ["x"], `Cannot use the name "x": it is an alias of "a" already. Choose another one.`],
    ["b", ["b"], `Cannot use "b" as an alias of itself. Choose another one.`],
  ])("of %p cannot be %p", (name, aliases, sentence) => {
    expectRefused((models) => addAliases(models, name, aliases), "invalid_request", sentence);
  });

  test("that are not there cannot be removed", () => {
    const refuse = (name: string, sentence: string) =>
      expectRefused((models) => removeAliases(models, name, ["x", "z"]), "invalid_request", sentence);
    refuse("a", `Cannot remove alias "z" of model "a": it has "x", "y".`);
    refuse("b", `Cannot remove alias "x" of model "b": it has none.`);
  });

  test("of a broken entry are refused with the next step", () => {
    expectRefused(
      (models) => addAliases(models, "broken", ["z"]),
      "registry_invalid",
      `Registry entry "broken" is not an object. Remove it with "ov-llm models rm" and add the model again.`,
    );
  });
});
