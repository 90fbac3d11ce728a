import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

const did = Type.Optional(Type.Literal(true));

/** What came of one model of the matrix in one format; a part that is absent failed. */
export const Measured = Type.Object({
  name: Type.String(),
  type: Type.String(),
  format: Type.String(),
  /** The day, as in ISO 8601. */
  day: Type.Optional(Type.String()),
  results: Type.Object({ converted: did, chat: did, stream: did, tool: did, schema: did }),
});
export type Measured = Static<typeof Measured>;

const file = join(import.meta.dir, "measured.json");

export function readMeasured(): Measured[] {
  return existsSync(file) ? Value.Decode(Type.Array(Measured), JSON.parse(readFileSync(file, "utf8"))) : [];
}

/** Keeps the rows of models that this run has not measured. `bun run docs` makes the table of docs/models.md from them. */
export function writeMeasured(rows: readonly Measured[]): void {
  if (process.env.OV_TEST_WRITE_MEASURED === undefined) return;
  const key = ({ name, format }: Measured) => `${name} ${format}`;
  const all = new Map(readMeasured().map((row) => [key(row), row]));
  const day = new Date().toISOString().slice(0, 10);
  for (const row of rows) all.set(key(row), { ...row, day });
  const sorted = [...all.values()].sort((a, b) => key(a).localeCompare(key(b)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}
