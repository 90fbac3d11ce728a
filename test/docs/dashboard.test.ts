import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { createMetrics } from "../../src/metrics/metrics.ts";
import { readDocument } from "./tables.ts";

const Dashboard = Type.Object({
  title: Type.String(),
  panels: Type.Array(
    Type.Object({
      id: Type.Integer(),
      title: Type.String(),
      gridPos: Type.Object({ x: Type.Integer(), y: Type.Integer(), w: Type.Integer(), h: Type.Integer() }),
      targets: Type.Array(Type.Object({ expr: Type.String() }), { minItems: 1 }),
    }),
  ),
  templating: Type.Object({ list: Type.Array(Type.Object({ name: Type.String(), query: Type.String() })) }),
});

const dashboard = Value.Parse(Dashboard, JSON.parse(readDocument("docs/grafana-dashboard.json")));
const queries = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.map(({ query }) => query),
];

/** The metrics that there are, with what a histogram makes of its name. */
async function readNames(): Promise<Set<string>> {
  const text = await createMetrics({ version: "0", readModels: () => new Map() }).render();
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return new Set(
    types.flatMap(([, name = "", type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

const namesIn = (texts: string[]) => texts.flatMap((text) => text.match(/\b(ov_llm|process)_\w+/g) ?? []);

describe("docs/grafana-dashboard.json", () => {
  test("asks only for metrics that there are", async () => {
    const names = await readNames();
    expect(namesIn(queries).filter((name) => !names.has(name))).toEqual([]);
  });

  test("shows every metric of models and requests", async () => {
    const shown = new Set(namesIn(queries).map((name) => name.replace(/_(bucket|sum|count)$/, "")));
    const all = [...(await readNames())].filter((name) => name.startsWith("ov_llm_"));
    expect(all.filter((name) => !shown.has(name.replace(/_(bucket|sum|count)$/, "")))).toEqual([]);
  });

  test("has panels of their own ids that do not lie on each other", () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(panels.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});

test("docs/monitoring.md names only metrics that there are", async () => {
  const names = new Set([...(await readNames())].map((name) => name.replace(/_(bucket|sum|count)$/, "")));
  const named = readDocument("docs/monitoring.md").match(/`ov_llm_\w+/g) ?? [];
  expect(named.length).toBeGreaterThan(5);
  expect(named.map((name) => name.slice(1)).filter((name) => !names.has(name))).toEqual([]);
});
