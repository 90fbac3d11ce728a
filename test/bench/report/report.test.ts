import { describe, expect, test } from "bun:test";
import { renderChart, toLoadCurves } from "./charts.ts";
import { type LoadRow, parseResult } from "./measured.ts";
import { chooseEntries, reportPlan } from "./plan.ts";

const row = { tokensPerSecond: 100, ratio: null, ttftMsP50: 50, itlMsP50: 10 };
const rows: LoadRow[] = [
  { ...row, name: "raw", concurrency: 1 },
  { ...row, name: "server", concurrency: 1, ratio: 0.97 },
  { ...row, name: "raw", concurrency: 4 },
];

describe("the report of the bench", () => {
  test("draws a load as a line for each who answered", () => {
    const [speed, delay] = toLoadCurves("load", rows);
    expect(speed?.series.map(({ name, points }) => [name, points.length])).toEqual([
      ["raw engine", 2],
      ["server", 1],
    ]);
    expect(delay?.name).toBe("load-ttft");
    expect(toLoadCurves("load", [])).toEqual([]);
  });

  test("draws a curve as an SVG document that names its axes", () => {
    const [curve] = toLoadCurves("load", rows);
    const svg = renderChart(curve!);
    expect(svg).toStartWith("<svg ");
    expect(svg).toContain("requests at once");
    expect(svg).toContain("tokens/s");
  });

  test("keeps of a result what the page shows", () => {
    const about = { date: "2026-01-01", version: "1", engine: "e", model: "m" };
    const machine = { cpu: "c", cores: 2, memoryGb: 8, load: [0, 0, 0] };
    const result = { ...about, machine, options: {}, reports: {}, figures: [], curves: [], load: rows };
    expect(parseResult(JSON.stringify(result))).toEqual({
      ...about,
      machine: { cpu: "c", cores: 2, memoryGb: 8 },
      figures: [],
      curves: [],
      load: rows,
    });
  });

  test("measures all, or the entries that are named", () => {
    expect(chooseEntries(undefined)).toEqual(Object.keys(reportPlan));
    expect(chooseEntries("registry,load")).toEqual(["registry", "load"]);
    expect(() => chooseEntries("regestry")).toThrow(/^--report knows load, .*, but not "regestry"\.$/);
  });
});
