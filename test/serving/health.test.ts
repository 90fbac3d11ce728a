import { describe, expect, test } from "bun:test";
import type { FindFilesProblem } from "../../src/models/files-check.ts";
import { findReasonsNotToServe, readHealth } from "../../src/serving/health.ts";
import { createServed, type ServedOptions } from "../helpers/served.ts";

const engine = {
  device: "CPU",
  engine: { name: "batching", versions: {} },
  engines: [],
  failure: null,
  deviceFailure: null,
};
const lacksGpu = 'OpenVINO sees no device "GPU", only CPU: install its driver.';
const onCpuOnly: ServedOptions["findEngineProblem"] = ({ device = "CPU" }) =>
  device === "CPU" ? null : lacksGpu;
const onlyOf =
  (bad: string): FindFilesProblem =>
  (path) =>
    path === bad ? { why: "it is raw", next: "Convert it." } : null;

function read(options: ServedOptions, state: Partial<typeof engine> | { failure: string } = {}) {
  const served = createServed(options);
  const now = { ...engine, ...state };
  const { reason, registered, onDisk } = readHealth({
    ...served,
    version: "0",
    started: new Date(0),
    engine: () => now,
  });
  const reasons = findReasonsNotToServe({ ...served, engine: now, stopping: false, preloading: false });
  return { reason, registered, onDisk, isReady: reasons.length === 0, reasons };
}

describe("the health", () => {
  test.each<[string, ServedOptions]>([
    ["without models", {}],
    ["with a model that is there", { models: { a: {} } }],
    ["with a device that OpenVINO sees", { models: { a: { device: "CPU" } }, findEngineProblem: onCpuOnly }],
  ])("is good and ready %s", (_, options) => {
    expect(read(options)).toMatchObject({ reason: null, isReady: true });
  });

  test.each<[string, ServedOptions, string]>([
    [
      "whose files are gone",
      { models: { a: {}, b: { path: "/gone" } } },
      'Model "b" cannot be served: there is nothing at "/gone". Restore',
    ],
    [
      "whose files are no whole model",
      { models: { a: {}, b: { path: "/bin" } }, findFilesProblem: onlyOf("/bin") },
      'Model "b" cannot be served from "/bin": it is raw. Convert it.',
    ],
    [
      "on a device that is not seen",
      { models: { a: {}, b: { device: "GPU" } }, findEngineProblem: onCpuOnly },
      `Model "b" cannot be served: ${lacksGpu}`,
    ],
    [
      "whose last load failed",
      { models: { a: {}, b: {} }, failures: { b: { reason: "Out of luck.", cooling: true } } },
      'The last load of model "b" failed: Out of luck.',
    ],
    [
      "whose entry is skipped",
      { models: { a: {} }, skipped: ['Registry entry "b" is skipped.'] },
      'Registry entry "b" is skipped.',
    ],
    [
      "of a registry that broke later",
      { models: { a: {} }, reason: "The registry is broken." },
      "The registry is broken.",
    ],
  ])("is degraded, but ready for the others, by a model %s", (_, options, reason) => {
    const health = read(options);
    expect([health.isReady, health.reasons]).toEqual([true, []]);
    expect(health.reason).toStartWith(reason);
  });

  test.each<[string, ServedOptions, RegExp]>([
    ["has no files", { models: { a: { path: "/gone" } } }, /there is nothing at "\/gone"/],
    [
      "has files that are no whole model",
      { models: { a: { path: "/bin" } }, findFilesProblem: onlyOf("/bin") },
      /it is raw/,
    ],
    [
      "is on a device that is not seen",
      { models: { a: { device: "GPU" } }, findEngineProblem: onCpuOnly },
      /sees no device "GPU"/,
    ],
    [
      "failed to load a moment ago",
      { models: { a: {} }, failures: { a: { reason: "Out of luck.", cooling: true } } },
      /Out of luck\./,
    ],
    ["has a broken entry", { skipped: ['Registry entry "a" is skipped.'] }, /entry "a" is skipped/],
    ["stands in a registry that cannot be read", { reason: "The registry is broken." }, /is broken/],
  ])("is not ready when every model %s", (_, options, reason) => {
    const health = read(options);
    expect(health.isReady).toBe(false);
    expect(health.reason).toMatch(reason);
    expect(health.reasons[0]).toMatch(/^No registered model can be served\. /);
    expect(health.reasons[0]).toMatch(reason);
  });

  test("is ready again when a failed load may be tried again: else nobody would ask for it", () => {
    const failures = { a: { reason: "Out of luck.", cooling: false } };
    expect(read({ models: { a: {} }, failures })).toMatchObject({
      isReady: true,
      reason: 'The last load of model "a" failed: Out of luck.',
    });
  });

  test("reports what all models lack once", () => {
    const models = { a: { device: "GPU" }, b: { device: "GPU" } };
    expect(read({ models, findEngineProblem: onCpuOnly }, { failure: lacksGpu }).reason).toBe(lacksGpu);
  });

  test("counts a model whose path exists as on disk, whatever is there", () => {
    const models = { a: { path: "/gone" }, b: { path: "/bin" } };
    expect(read({ models, findFilesProblem: onlyOf("/bin") })).toMatchObject({ registered: 2, onDisk: 1 });
  });

  test("names five reasons and how many more there are", () => {
    const models = Object.fromEntries([..."abcdefg"].map((name) => [name, { path: "/gone" }]));
    const health = read({ models });
    expect([health.registered, health.onDisk]).toEqual([7, 0]);
    expect(health.reason).toEndWith('There are 2 more: see "ov-llm models check".');
  });
});
