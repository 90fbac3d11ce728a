import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { matchesWhole } from "../../../src/grammar/automata/match.ts";
import { checkRegex } from "../../../src/grammar/choice.ts";
import { checkGrammar } from "../../../src/grammar/ebnf/check.ts";
import { compileSchema } from "../../../src/grammar/json-schema/check.ts";
import { Regex } from "../../../src/grammar/regex/compile.ts";
import { createMatcher } from "../../grammar/matcher.ts";
import { ended, readOrRefuse, runsOf, textOf } from "./fuzz.ts";

const patterns = textOf(
  [
    ..."()[]{}|*+?.^$\\-,:=!<>",
    ..."abcABC019 _é",
    "(?:",
    "(?=",
    "(?<!",
    "(?<n>",
    "\\k<n>",
    "\\1",
    "\\d",
    "\\W",
    "\\s",
    "\\b",
    "\\p{L}",
    "\\P{Script=Greek}",
    "\\u{1F600}",
    "\\u00e9",
    "\\x41",
    "[^a]",
    "[a-z]",
    "{0,3}",
    "{2}",
    "{1,}",
    "{1500}",
    "+?",
    "👍",
  ],
  14,
);
const samples = ["", "a", "ab", "aB1", "bca", "0", "_é", "👍a", "\n", "{", "abcabc"];

function toRegExp(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return null;
  }
}

describe("a pattern of anything", () => {
  test("is refused or matches what JavaScript matches", () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        const regex = readOrRefuse(() => new Regex(pattern, "r"));
        if (regex === null) return;
        const [theirs, somewhere] = [toRegExp(`^(?:${pattern})$`), toRegExp(pattern)];
        // Ours is more lenient with backslashes.
        if (theirs === null || somewhere === null) return;
        for (const sample of samples) {
          const ours = ended(() => matchesWhole(regex.whole(), sample));
          expect([sample, ours]).toEqual([sample, ended(() => theirs.test(sample))]);
          expect(ended(() => matchesWhole(regex.somewhere(), sample))).toBe(somewhere.test(sample));
        }
      }),
      runsOf(1500),
    );
  });

  test("becomes a grammar that our own reader reads", () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        const grammar = readOrRefuse(() => checkRegex(pattern, "r"));
        if (grammar?.type === "ebnf") ended(() => createMatcher(grammar.grammar)("a"));
      }),
      runsOf(500),
    );
  });
});

const rules = textOf(
  [
    ...'()[]{}|*+?.^-"\\,#',
    "root ::= ",
    "root ::= ",
    "\na ::= ",
    "\nb ::= ",
    "a ",
    "b ",
    '"x" ',
    '"\\n" ',
    "[a-z] ",
    "[^\\x00-\\u{10ffff}] ",
    "| ",
    "{0,3} ",
    "{2} ",
    "{1500} ",
    "(a)* ",
    "\n",
    "# note\n",
    "(?=a)",
    "TagDispatch(",
  ],
  24,
);

test("a grammar of anything is refused or is rendered into one that reads the same", () => {
  fc.assert(
    fc.property(rules, (source) => {
      const first = readOrRefuse(() => checkGrammar(`root ::= ${source}`, "g"));
      if (first?.type !== "ebnf") return;
      const matches = createMatcher(first.grammar);
      const again = readOrRefuse(() => checkGrammar(first.grammar, "g"));
      if (again?.type !== "ebnf") throw new Error(`its own reader refuses ${first.grammar}`);
      const matchesAgain = createMatcher(again.grammar);
      for (const sample of ["", "x", "xx", "a", "xa", "\n"]) {
        expect(ended(() => matchesAgain(sample))).toBe(ended(() => matches(sample)));
      }
    }),
    runsOf(400),
  );
});

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -5, max: 3000 }),
  fc.double(),
  fc.constantFrom(
    "",
    "a",
    "é👍",
    "\ud83d",
    "string",
    "__proto__",
    "^a+$",
    "(",
    "#/$defs/a",
    "#",
    "date-time",
    "ipv6",
  ),
);
/** Where a keyword expects one thing, often another one. */
const { schema } = fc.letrec<{ schema: unknown; value: unknown; schemas: unknown; named: unknown }>(
  (tie) => ({
    value: fc.oneof({ depthSize: "small" }, scalar, fc.array(tie("value"), { maxLength: 3 }), tie("schema")),
    schemas: fc.oneof(
      { weight: 5, arbitrary: fc.array(tie("schema"), { maxLength: 3 }) },
      { weight: 1, arbitrary: tie("value") },
    ),
    named: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.dictionary(
          fc.constantFrom("a", "b", "é", "__proto__", "constructor", "", "^x"),
          tie("schema"),
          { maxKeys: 3 },
        ),
      },
      { weight: 1, arbitrary: tie("value") },
    ),
    schema: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.boolean(),
      fc.record(
        {
          type: fc.oneof(
            fc.constantFrom("string", "integer", "number", "object", "array", "null", "boolean", "any"),
            fc.array(fc.constantFrom("string", "null", "integer"), { maxLength: 2 }),
            scalar,
          ),
          properties: tie("named"),
          patternProperties: tie("named"),
          $defs: tie("named"),
          required: fc.oneof(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 2 }), scalar),
          additionalProperties: tie("schema"),
          propertyNames: tie("schema"),
          items: fc.oneof(tie("schema"), tie("schemas")),
          prefixItems: tie("schemas"),
          anyOf: tie("schemas"),
          oneOf: tie("schemas"),
          allOf: tie("schemas"),
          not: tie("schema"),
          if: tie("schema"),
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
          then: tie("schema"),
          enum: fc.oneof(fc.array(scalar, { maxLength: 4 }), tie("value")),
          const: tie("value"),
          pattern: fc.oneof(patterns, scalar),
          format: fc.oneof(fc.constantFrom("date", "uuid", "email", "uri", "int32"), scalar),
          minLength: scalar,
          maxLength: scalar,
          minimum: scalar,
          maximum: scalar,
          exclusiveMinimum: scalar,
          multipleOf: fc.oneof(fc.constantFrom(0.1, 1e-7, 10, 3, 0), scalar),
          minItems: scalar,
          maxItems: scalar,
          uniqueItems: scalar,
          minProperties: scalar,
          maxProperties: scalar,
          dependentRequired: tie("value"),
          nullable: scalar,
          $ref: fc.oneof(
            fc.constantFrom("#", "#/$defs/a", "#/properties/a", "#/$defs/%00", "a.json"),
            scalar,
          ),
          description: scalar,
          default: scalar,
        },
        { requiredKeys: [] },
      ),
    ),
  }),
);

describe("a schema of anything", () => {
  test.each([true, false])(
    "is refused or compiled, and what it gives is read by our own reader: strict %p",
    (strict) => {
      fc.assert(
        fc.property(schema, (value) => {
          const compiled = readOrRefuse(() => compileSchema(value, "schema", { strict }));
          if (compiled === null) return;
          const matches = createMatcher(compiled.grammar.grammar);
          for (const sample of ["", "{}", "null", '"a"', "1"]) ended(() => matches(sample));
        }),
        runsOf(400),
      );
    },
  );
});
