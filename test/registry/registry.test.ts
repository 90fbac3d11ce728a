import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RegistryDiff } from "../../src/registry/diff.ts";
import { createRegistry, readSnapshot } from "../../src/registry/registry.ts";
import { updateRegistry } from "../../src/registry/store.ts";
import { createTempDir } from "../helpers/temp.ts";

const entry = (fields: object = {}) => ({ path: "/m", task: "t", weight_format: "int8", ...fields });
const render = (models: object) => JSON.stringify({ version: 1, models });

function start(models?: object) {
  const path = join(createTempDir(), "registry.json");
  if (models) writeFileSync(path, render(models));
  const diffs: RegistryDiff[] = [];
  const problems: string[] = [];
  const registry = createRegistry({
    path,
    onChange: (diff) => diffs.push(diff),
    onProblem: (reason) => problems.push(reason),
  });
  return { path, registry, diffs, problems, write: (next: object) => writeFileSync(path, render(next)) };
}

/** As if the file had been written long ago, so that its stat alone decides. */
function age(path: string): void {
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}

describe("createRegistry", () => {
  test("a missing file is an empty registry that is well", () => {
    const { registry, diffs, problems } = start();
    expect(registry.current()).toEqual({
      entries: new Map(),
      state: "ok",
      reason: null,
      problems: [],
      hints: [],
    });
    expect(registry.resolve("m")).toBeUndefined();
    expect([diffs, problems]).toEqual([[], []]);
  });

  test("the first load is no change", () => {
    const { registry, diffs } = start({ m: entry() });
    expect(registry.resolve("m")).toEqual({ name: "m", entry: entry() });
    expect(diffs).toEqual([]);
  });

  test("the same snapshot is given while the file stays the same", () => {
    const { registry, path } = start({ m: entry() });
    age(path);
    expect(registry.current()).toBe(registry.current());
  });

  test("added, changed and removed entries are seen at the next look", () => {
    const { registry, diffs, write } = start({ a: entry(), b: entry() });
    registry.current();
    write({ a: entry({ path: "/new" }), c: entry() });
    expect([...registry.current().entries.keys()]).toEqual(["a", "c"]);
    expect(diffs).toEqual([{ added: ["c"], changed: ["a"], removed: ["b"] }]);
    registry.current();
    expect(diffs).toHaveLength(1);
  });

  test("a name that was missed is found as soon as the file has it", () => {
    const { registry, write } = start({ a: entry() });
    expect(registry.resolve("b")).toBeUndefined();
    write({ b: entry() });
    expect(registry.resolve("b")?.name).toBe("b");
    expect(registry.resolve("a")).toBeUndefined();
  });

  test("an update through the store is seen", async () => {
    const { registry, path } = start();
    expect(registry.resolve("m")).toBeUndefined();
    await updateRegistry(path, (models) => {
      models.m = entry();
    });
    expect(registry.resolve("m")?.entry).toEqual(entry());
  });

  test("aliases lead to their model, and names come first", () => {
    const { registry } = start({ a: entry({ aliases: ["x", "b"] }), b: entry({ path: "/b" }) });
    expect(registry.resolve("x")?.name).toBe("a");
    expect(registry.resolve("b")?.entry.path).toBe("/b");
    expect(registry.resolve("toString")).toBeUndefined();
  });

  test("changed aliases are reported as a change", () => {
    const { registry, diffs, write } = start({ a: entry({ aliases: ["x"] }) });
    registry.current();
    write({ a: entry({ aliases: ["y"], pinned: true }) });
    expect([registry.resolve("x"), registry.resolve("y")?.name]).toEqual([undefined, "a"]);
    expect(diffs).toEqual([{ added: [], changed: ["a"], removed: [] }]);
  });

  test("a removed file removes every entry; a new one brings them back", () => {
    const { registry, diffs, path, write } = start({ a: entry() });
    registry.current();
    rmSync(path);
    expect(registry.current()).toMatchObject({ state: "ok", reason: null });
    write({ a: entry() });
    expect(registry.resolve("a")?.name).toBe("a");
    expect(diffs.map(({ added, removed }) => [added, removed])).toEqual([
      [[], ["a"]],
      [["a"], []],
    ]);
  });

  test("a broken file keeps the last good entries and is reported once; a fixed one is well again", () => {
    const { registry, diffs, problems, path, write } = start({ a: entry() });
    registry.current();
    writeFileSync(path, "{ half a fi");
    for (let look = 0; look < 5; look += 1) expect(registry.resolve("a")?.name).toBe("a");
    expect(registry.current().state).toBe("degraded");
    expect(registry.current().reason).toContain(`The registry "${path}" is not valid JSON`);
    expect(problems).toEqual([registry.current().reason ?? ""]);
    writeFileSync(path, "[]");
    registry.current();
    expect(problems).toHaveLength(2);
    write({ a: entry() });
    expect(registry.current()).toMatchObject({ state: "ok", reason: null });
    expect(diffs).toEqual([]);
  });

  test("a file that is broken from the start serves nothing until it is fixed", () => {
    const { registry, diffs, path, write } = start();
    writeFileSync(path, "nothing");
    expect(registry.current()).toMatchObject({ state: "degraded", entries: new Map() });
    write({ a: entry() });
    expect(registry.resolve("a")?.name).toBe("a");
    expect(diffs).toEqual([{ added: ["a"], changed: [], removed: [] }]);
  });

  test("a file that cannot be read is degraded, not a crash", () => {
    const { registry, problems, path } = start({ a: entry() });
    registry.current();
    rmSync(path);
    mkdirSync(path);
    expect(registry.current().state).toBe("degraded");
    expect(registry.resolve("a")?.name).toBe("a");
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain("cannot be read");
  });

  test("a file that could not be read for want of descriptors is read again once there are some", async () => {
    const { path } = start({ a: entry() });
    age(path);
    const fixture = join(import.meta.dir, "descriptors.fixture.ts");
    const limited = ["bash", "-c", 'ulimit -n 256; exec "$@"', "bash", process.execPath, fixture, path];
    const child = Bun.spawn(limited, { stdout: "pipe", stderr: "inherit" });
    expect(await child.stdout.json()).toEqual(["degraded", "ok", ["a"]]);
  });

  test("problems of entries are reported once for each change", () => {
    const { registry, problems, path, write } = start({ a: entry(), bad: { path: "rel" } });
    registry.resolve("a");
    registry.resolve("bad");
    expect(registry.current().problems).toHaveLength(1);
    expect(registry.current().state).toBe("ok");
    expect(problems).toHaveLength(1);
    writeFileSync(path, readFileSync(path, "utf8"));
    registry.current();
    expect(problems).toHaveLength(1);
    write({ a: entry({ path: "/b" }), bad: { path: "rel" } });
    registry.current();
    expect(problems).toHaveLength(2);
  });

  test("an equal modification time does not hide another size", () => {
    const { registry, path, write } = start({ a: entry() });
    age(path);
    registry.current();
    write({ a: entry({ path: "/much/longer" }) });
    age(path);
    expect(registry.resolve("a")?.entry.path).toBe("/much/longer");
  });

  test("equal modification time and size do not hide another file", () => {
    const { registry, path } = start({ a: entry() });
    age(path);
    registry.current();
    writeFileSync(`${path}.new`, render({ b: entry() }));
    age(`${path}.new`);
    renameSync(`${path}.new`, path);
    expect([registry.resolve("a"), registry.resolve("b")?.name]).toEqual([undefined, "b"]);
  });

  test("changes of equal size in quick succession are all seen, for hits and misses", () => {
    const { registry, write, path } = start({ n0: entry({ path: "/0000" }) });
    for (let round = 1; round < 500; round += 1) {
      const target = `/${String(round % 10).repeat(4)}`;
      write({ [`n${round % 10}`]: entry({ path: target }) });
      expect(registry.resolve(`n${round % 10}`)?.entry.path).toBe(target);
    }
    expect(statSync(path).size).toBe(render({ n0: entry({ path: "/0000" }) }).length);
  });

  test("onChange sees the new state when it looks itself", () => {
    const path = join(createTempDir(), "registry.json");
    writeFileSync(path, render({ a: entry() }));
    const seen: string[][] = [];
    const registry = createRegistry({
      path,
      onChange: (_diff, snapshot) =>
        seen.push([...snapshot.entries.keys()], [...registry.current().entries.keys()]),
    });
    registry.current();
    writeFileSync(path, render({ b: entry() }));
    registry.current();
    expect(seen).toEqual([["b"], ["b"]]);
  });
});

describe("readSnapshot", () => {
  test("has the entries, and the problems of those that are invalid", () => {
    const { path } = start({ m: entry(), n: { path: 1 } });
    const { entries, state, problems } = readSnapshot(path);
    expect([[...entries.keys()], state, problems.map(({ name }) => name)]).toEqual([["m"], "ok", ["n"]]);
  });

  test("states why a file cannot be used, without an error", () => {
    const { path } = start();
    writeFileSync(path, "{");
    expect(readSnapshot(path)).toMatchObject({ state: "degraded", reason: expect.stringContaining(path) });
  });
});
