import { describe, expect, test } from "bun:test";
import { toKey, toTarget } from "../../../src/engine/model/target.ts";

const entry = { path: "/m", task: "text-generation", device: "CPU", properties: { A: "1", B: 2 } };
const fallback = { device: "CPU", engine: "auto" } as const;
const keyOf = (fields: object) => toKey(toTarget("m", { ...entry, ...fields }, fallback));
const before = keyOf({});

describe("a model has to be loaded again", () => {
  test.each([
    ["path", { path: "/n" }],
    ["task", { task: "feature-extraction" }],
    ["device", { device: "GPU" }],
    ["engine", { engine: "native" }],
    ["context length", { context_length: 9 }],
    ["property", { properties: { A: "1", B: 3 } }],
    ["way of speculation", { speculation: { kind: "prompt-lookup" } }],
    ["prefill chunk", { prefill_chunk: 512 }],
    ["conversion at the same path", { converted_at: "2026-11-25T10:00:00.000Z" }],
  ])("for another %s", (_what, fields) => expect(keyOf(fields)).not.toBe(before));

  test("under another name", () => expect(toKey(toTarget("n", entry, fallback))).not.toBe(before));

  test("for another setting only where its entry leaves it open", () => {
    const gpu = { device: "GPU", engine: "auto" } as const;
    const { device: _, ...open } = entry;
    expect(toKey(toTarget("m", entry, gpu))).toBe(before);
    expect(toKey(toTarget("m", open, gpu))).not.toBe(before);
  });
});

describe("a model stays loaded", () => {
  test.each([
    ["pinned", { pinned: true }],
    ["idle_seconds", { idle_seconds: 5 }],
    ["aliases", { aliases: ["x"] }],
    ["tool_format", { tool_format: "hermes" }],
    ["weight_format", { weight_format: "int4" }],
    ["unknown key", { new_key: { deep: [1] } }],
    ["spelling of the device", { device: "cpu" }],
    ["order of the properties", { properties: { B: 2, A: "1" } }],
  ])("for another %s", (_what, fields) => expect(keyOf(fields)).toBe(before));
});
