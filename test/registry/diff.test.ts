import { describe, expect, test } from "bun:test";
import { diffEntries } from "../../src/registry/diff.ts";
import type { RegistryEntry } from "../../src/registry/schema.ts";

const base: RegistryEntry = { path: "/m", task: "text-generation", weight_format: "int8" };
const extra = (fields: Record<string, unknown>) => ({ ...base, ...fields });

describe("diffEntries", () => {
  test("names what was added, changed and removed", () => {
    const before = new Map([
      ["stays", base],
      ["changes", base],
      ["goes", base],
    ]);
    const after = new Map([
      ["comes", base],
      ["stays", base],
      ["changes", extra({ path: "/n" })],
    ]);
    expect(diffEntries(before, after)).toEqual({ added: ["comes"], changed: ["changes"], removed: ["goes"] });
  });

  test.each([
    ["path", { path: "/n" }],
    ["task", { task: "other" }],
    ["weight format", { weight_format: "int4" }],
    ["device", { device: "GPU" }],
    ["engine", { engine: "batching" }],
    ["context length", { context_length: 9 }],
    ["tool format", { tool_format: "hermes" }],
    ["unknown key", { new_key: { deep: [1] } }],
    ["aliases", { aliases: ["x"] }],
    ["pinned", { pinned: true }],
    ["idle_seconds", { idle_seconds: 5 }],
  ])("a changed %s is a change", (_what, fields) => {
    const diff = diffEntries(new Map([["m", base]]), new Map([["m", extra(fields)]]));
    expect(diff).toEqual({ added: [], changed: ["m"], removed: [] });
  });

  test("the order of keys does not matter", () => {
    const a = { ...base, x: { p: 1, q: 2 } };
    const b = { x: { q: 2, p: 1 }, weight_format: "int8", task: "text-generation", path: "/m" };
    expect(diffEntries(new Map([["m", a]]), new Map([["m", b]])).changed).toEqual([]);
  });
});
