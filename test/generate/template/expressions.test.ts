import { describe, expect, test } from "bun:test";
import { parseJsonLossless } from "../../../src/generate/template/json-numbers.ts";
import { readExpected, renderTable, table, variables } from "./jinja/table.ts";
import { findReference } from "./reference.ts";
import { compile, plainInput } from "./templates.ts";

const expected = readExpected();

/** A failure is one of both, whatever its words. */
function render(source: string): string | null {
  const kwargs = Object.fromEntries(Object.entries(Object(parseJsonLossless(variables))));
  try {
    return compile(source).render({ ...plainInput, messages: [], kwargs });
  } catch {
    return null;
  }
}

function textOf(source: string): string | null {
  const result = expected.get(source);
  if (!result) throw new Error(`expected.json lacks ${source}`);
  return "text" in result ? result.text : null;
}

describe("the same as jinja2", () => {
  for (const [subject, sources] of Object.entries(table)) {
    describe(subject, () => {
      for (const source of sources) {
        test(source, () => expect(render(source)).toBe(textOf(source)));
      }
    });
  }
});

const python = findReference();

test.skipIf(!python)(
  "expected.json is what jinja2 makes of the table (needs the converter)",
  async () => {
    expect(Object.fromEntries(await renderTable(python!))).toEqual(Object.fromEntries(expected));
  },
  180_000,
);
