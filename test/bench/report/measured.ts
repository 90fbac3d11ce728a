import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { Curve } from "../measuring/curve.ts";

const docs = join(import.meta.dir, "../../../docs");
const path = join(docs, "performance.json");
/** Of the charts that docs/performance.md shows. */
export const chartsDir = join(docs, "performance");

const Figure = Type.Object({
  name: Type.String(),
  /** null: it could not be measured. */
  value: Type.Union([Type.Number(), Type.Null()]),
  unit: Type.String(),
  goal: Type.Optional(Type.Record(Type.String(), Type.Number())),
  ok: Type.Union([Type.Boolean(), Type.Null()]),
});

/** A row of the part on load; times in milliseconds. */
const LoadRow = Type.Object({
  name: Type.String(),
  concurrency: Type.Integer(),
  tokensPerSecond: Type.Number(),
  ratio: Type.Union([Type.Number(), Type.Null()]),
  ttftMsP50: Type.Number(),
  itlMsP50: Type.Number(),
});
export type LoadRow = Static<typeof LoadRow>;

/** What one run of the bench found, and on what. */
export const Measured = Type.Object({
  date: Type.String(),
  version: Type.String(),
  engine: Type.String(),
  model: Type.String(),
  machine: Type.Object({
    cpu: Type.String(),
    cores: Type.Integer(),
    memoryGb: Type.Number(),
    /** The share of it that other programs took meanwhile, 0 to 1. */
    others: Type.Optional(Type.Number()),
  }),
  figures: Type.Array(Figure),
  curves: Type.Array(Curve),
  load: Type.Array(LoadRow),
});
export type Measured = Static<typeof Measured>;

const All = Type.Record(Type.String(), Measured);

/** The last results by entry of the plan. */
export function readAllMeasured(): Record<string, Measured> {
  if (!existsSync(path)) return {};
  return Value.Decode(All, JSON.parse(readFileSync(path, "utf8")));
}

export function writeMeasured(name: string, measured: Measured): void {
  const all = { ...readAllMeasured(), [name]: measured };
  writeFileSync(path, `${JSON.stringify(all, null, 2)}\n`);
}

/** Reads what the bench wrote; drops what the report does not show. */
export function parseResult(text: string): Measured {
  return Value.Parse(Measured, JSON.parse(text));
}
