import { expect, test } from "bun:test";
import { renderCatalog } from "../../cli/models/render-catalog.ts";
import { renderChecked } from "../../cli/models/render-check.ts";
import { estimateNeeds, estimateSpeed, findFit, listKnownModels } from "../../src/library/known-models.ts";

const memory = { total: 16 * 1024 ** 3, withSwap: 16 * 1024 ** 3 };
const listed = listKnownModels().map((model) => {
  const fit = findFit(model, memory);
  return { ...model, fit, fits: fit.format, estimates: estimateNeeds(model), speed: estimateSpeed(model) };
});
const toLines = (text: string) => Bun.stripANSI(text).trimEnd().split("\n");

test.each([80, 100, 130])("the catalogue stays a table in %d columns", (width) => {
  const lines = toLines(renderCatalog(listed, memory, width));
  expect(lines[0]).toMatch(/^NAME .* FITS .* GOOD AT$/);
  const table = lines.slice(0, lines.indexOf(""));
  expect(table.filter((line) => !line.startsWith(" "))).toHaveLength(1 + listed.length);
  // A command stays in one piece, to be copied.
  expect(lines.filter((line) => line.length > width && !line.includes("ov-llm pull"))).toEqual([]);
  expect(lines.join(" ")).toContain("LICENCE, READY-MADE, TO CONVERT");
});

test("where the column of ready-made names has no room, those that fit only so have a line each", () => {
  const line = "Ready-made qwen3-8b: ov-llm pull OpenVINO/Qwen3-8B-int4-ov";
  expect(toLines(renderCatalog(listed, memory, 80))).toContain(line);
  expect(toLines(renderCatalog(listed, memory, null))).not.toContain(line);
});

test("a check leaves out long paths in a narrow terminal", () => {
  const path = `/home/someone/models/${"long/".repeat(20)}model`;
  const entry = { path, task: "text-generation", weight_format: "int8" };
  const checked = [{ name: "one", path, entry, reason: null, problem: null, load: null }];
  expect(toLines(renderChecked(checked, "registry.json", 80))).toEqual([
    "NAME  STATE",
    "one   ok",
    "",
    "Left out for lack of width: PATH. --json has everything.",
  ]);
});
