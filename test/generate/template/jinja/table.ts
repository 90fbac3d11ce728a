import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findReference, type Rendered, runReference } from "../reference.ts";
import { noon } from "../templates.ts";
import { expressions } from "./expressions.ts";
import { statements } from "./statements.ts";

/** Subject -> templates. */
export const table: Record<string, string[]> = {
  ...Object.fromEntries(
    Object.entries(expressions).map(([subject, list]) => [subject, list.map((text) => `{{ ${text} }}`)]),
  ),
  statements,
};

/** JSON text of the variables that every template has: Python and the daemon each read it by themselves. */
export const variables = readFileSync(join(import.meta.dir, "variables.json"), "utf8");

const file = join(import.meta.dir, "expected.json");

/** Template -> what jinja2 makes of it, by render_table.py. */
export function readExpected(): Map<string, Rendered> {
  return new Map(Object.entries(JSON.parse(readFileSync(file, "utf8"))));
}

export async function renderTable(python: string): Promise<Map<string, Rendered>> {
  const sources = Object.values(table).flat();
  const rendered = await runReference(python, "jinja/render_table.py", { now: noon, variables, sources });
  return new Map(sources.map((source, index) => [source, rendered[index] ?? { error: "" }]));
}

/** `bun test/generate/template/jinja/table.ts` rewrites expected.json after the table has changed. */
if (import.meta.main) {
  const python = findReference();
  if (!python) throw new Error("the converter's Python is not installed");
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(await renderTable(python)), null, 1)}\n`);
}
