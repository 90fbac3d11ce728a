/** Shapes of the schemas that real tools send, apart from their names and descriptions. */
export interface Shape {
  name: string;
  schema: unknown;
  /** Values that the grammar writes, each as `JSON.stringify` does. */
  good: unknown[];
  /** Values that it does not. */
  bad: unknown[];
  /** The keywords that it does not enforce. */
  widened: string[];
}

const object = (properties: object, rest: object = {}) => ({ type: "object", properties, ...rest });
/** `then` as a key, which a literal must not have lest it be taken for a promise. */
const Then = "then";
const string = { type: "string" };
const integer = { type: "integer" };

const shape = (name: string, schema: unknown, good: unknown[], bad: unknown[], widened: string[]): Shape => ({
  name,
  schema,
  good,
  bad,
  widened,
});

/** A property `a` of some schema, which is what most of them are about. */
const property = (name: string, a: unknown, good: unknown[], bad: unknown[], widened: string[]): Shape => {
  const wrap = (value: unknown) => ({ a: value });
  return shape(name, object({ a }, { required: ["a"] }), good.map(wrap), bad.map(wrap), widened);
};

export const shapes: Shape[] = [
  // Formats of OpenAPI and of tools
  property(
    "int32",
    { type: "integer", format: "int32" },
    [0, -2147483648, 2147483647],
    [2147483648, 1.5],
    [],
  ),
  property(
    "int64 as an id",
    { type: "integer", format: "int64", minimum: 1 },
    [1, 251229204212100],
    [0, "1"],
    [],
  ),
  property("uint", { type: "integer", format: "uint" }, [1, -1], ["a"], ["format"]),
  property("double", { type: "number", format: "double" }, [1.5, 3], ["1.5"], []),
  property("a format of one's own", { type: "string", format: "cron" }, ["* * * * *"], [1], ["format"]),
  property("markdown", { type: "string", format: "markdown" }, ["# a"], [1], ["format"]),
  property("password", { type: "string", format: "password" }, ["x"], [1], []),
  property("base64", { type: "string", format: "byte" }, ["aGk=", ""], ["aGk"], []),
  property("format: null", { type: "string", format: null }, ["x"], [1], ["format"]),
  property(
    "a date",
    { type: "string", format: "date" },
    ["2024-02-29", "2023-12-31"],
    ["2023-02-29", "1-1-1"],
    [],
  ),
  property("a time", { type: "string", format: "time" }, ["12:30:00Z", "12:30:00.25+02:00"], ["12:30"], []),
  property(
    "a moment",
    { type: "string", format: "date-time" },
    ["2024-02-29T00:00:00Z", "2000-02-29t23:59:59z"],
    ["1900-02-29T00:00:00Z", "2024-01-01"],
    [],
  ),
  property(
    "an address of IPv6",
    { type: "string", format: "ipv6" },
    ["::1", "fe80::1", "2001:db8:0:0:1:0:0:1", "::ffff:192.0.2.1", "1::"],
    ["1:2", ":::", "12345::", "1::2::3"],
    [],
  ),
  property(
    "an address of IPv4",
    { type: "string", format: "ipv4" },
    ["192.168.0.1"],
    ["256.1.1.1", "1.2.3"],
    [],
  ),
  property(
    "a host",
    { type: "string", format: "hostname" },
    ["a-b.example.com", "localhost"],
    ["-a", "a..b"],
    [],
  ),
  property(
    "a mail address",
    { type: "string", format: "email" },
    ["first.last+tag@mail.example.com", "a@b"],
    ["a@", "@b", "a b@c"],
    [],
  ),
  property(
    "a mail address of any letters",
    { type: "string", format: "idn-email" },
    ["jörg@köln.de"],
    ["jörg"],
    [],
  ),
  property(
    "a URI",
    { type: "string", format: "uri" },
    ["https://example.com:8080/a?b=c#d", "mailto:a@b.c", "urn:x:y", "file:///tmp/a%20b"],
    ["example.com", "https://a b"],
    [],
  ),
  property(
    "a reference",
    { type: "string", format: "uri-reference" },
    ["../a", "#b", "", "https://x/"],
    ["a b"],
    [],
  ),
  property("an IRI", { type: "string", format: "iri" }, ["https://köln.de/ä"], ["köln"], []),
  property(
    "a UUID",
    { type: "string", format: "uuid" },
    ["123e4567-e89b-12d3-a456-426614174000"],
    ["123"],
    [],
  ),
  property(
    "a duration",
    { type: "string", format: "duration" },
    ["P1Y2M3DT4H", "PT15M", "P2W"],
    ["1h", "P"],
    [],
  ),
  property("a JSON Pointer", { type: "string", format: "json-pointer" }, ["", "/a/0/b~1c"], ["a", "/~"], []),
  property(
    "a relative JSON Pointer",
    { type: "string", format: "relative-json-pointer" },
    ["0", "1/a", "2#"],
    ["/a"],
    [],
  ),
  property("a regex", { type: "string", format: "regex" }, ["a+"], [1], ["format"]),

  // Numbers
  property(
    "steps of 5 within bounds",
    { type: "integer", multipleOf: 5, minimum: 0, maximum: 100 },
    [0, 5, 100],
    [1, 101, 105],
    [],
  ),
  property(
    "steps of 8 without an end",
    { type: "integer", multipleOf: 8, minimum: 8 },
    [8, 9],
    [0],
    ["multipleOf"],
  ),
  property("hundreds", { type: "integer", multipleOf: 100 }, [0, 100, -2300], [10, 101], []),
  property("cents", { type: "number", multipleOf: 0.01, minimum: 0 }, [0, 12.5, 12.34], [12.345, -1], []),
  property(
    "half steps",
    { type: "number", multipleOf: 0.5, minimum: 0, maximum: 5 },
    [0, 0.5, 4.5, 5],
    [0.25, 5.5],
    [],
  ),
  property("a bound as text", { type: "integer", minimum: "1" }, [0, 1], ["1"], ["minimum"]),
  property("an open bound of draft 4", { type: "integer", minimum: 0, exclusiveMinimum: true }, [1], [0], []),
  property(
    "the largest safe number",
    { type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 },
    [9007199254740991],
    [9007199254740992],
    [],
  ),
  property(
    "the largest number of 64 bits",
    JSON.parse('{"type":"integer","maximum":9223372036854775807}'),
    [1],
    [1.5],
    [],
  ),

  // Lists
  property(
    "unique texts",
    { type: "array", items: string, uniqueItems: true },
    [
      ["a", "b"],
      ["a", "a"],
    ],
    [[1]],
    ["uniqueItems"],
  ),
  property(
    "unique values of a list",
    { type: "array", items: { enum: ["r", "g", "b"] }, uniqueItems: true },
    [[], ["b", "r"], ["g", "r", "b"]],
    [["r", "r"], ["x"]],
    [],
  ),
  property(
    "two of many unique values",
    {
      type: "array",
      items: { enum: Array.from({ length: 15 }, (_, index) => index) },
      uniqueItems: true,
      minItems: 1,
      maxItems: 2,
    },
    [[3], [14, 3]],
    [[], [3, 3], [1, 2, 3]],
    [],
  ),
  property(
    "many unique values",
    { type: "array", items: { enum: Array.from({ length: 15 }, (_, index) => index) }, uniqueItems: true },
    [[3, 3]],
    [["a"]],
    ["uniqueItems"],
  ),
  property(
    "contains",
    { type: "array", items: integer, contains: { minimum: 5 } },
    [[5], [1]],
    [[], ["a"]],
    ["contains"],
  ),
  property("items: []", { type: "array", items: [] }, [[1, "a"]], [1], ["items"]),
  property("items: null", { type: "array", items: null }, [[1]], [1], ["items"]),
  property("no items at all", { type: "array" }, [[1, { b: [] }]], ["a"], []),
  property(
    "a tuple of draft 7",
    { type: "array", items: [string, integer], additionalItems: false },
    [["a", 1], []],
    [[1]],
    [],
  ),
  property("a long list", { type: "array", items: integer, maxItems: 5000 }, [[1]], [["a"]], ["maxItems"]),
  property(
    "a list that is longer than can be counted",
    { type: "array", items: integer, minItems: 5000 },
    [[1]],
    [["a"]],
    ["minItems"],
  ),
  property(
    "unevaluatedItems",
    { type: "array", prefixItems: [string], unevaluatedItems: false },
    [["a"]],
    [[1]],
    ["unevaluatedItems"],
  ),

  // Texts
  property("a file's content", { type: "string", maxLength: 100_000 }, ["a\nb"], [1], ["maxLength"]),
  property(
    "a password's pattern",
    { type: "string", pattern: "^(?=.*[A-Z])(?=.*\\d).{8,}$" },
    ["Passw0rd", "password"],
    ["short"],
    ["pattern", "pattern"],
  ),
  property(
    "letters",
    { type: "string", pattern: "^\\p{L}[\\p{L}\\p{N}_-]*$" },
    ["Köln_1", "あ"],
    ["1a", "a b"],
    [],
  ),
  property(
    "word boundaries",
    { type: "string", pattern: "^\\b[a-z]+\\b$" },
    ["abc"],
    ["ABC"],
    ["pattern", "pattern"],
  ),
  property(
    "a backreference",
    { type: "string", pattern: "^(['\"])[a-z]+\\1$" },
    ["'a'", "'a\""],
    ["a"],
    ["pattern"],
  ),
  property(
    "flags of another language",
    { type: "string", pattern: "(?i)^abc$" },
    ["ABC", "x"],
    [1],
    ["pattern"],
  ),
  property("a broken pattern", { type: "string", pattern: "^[a-z" }, ["x"], [1], ["pattern"]),
  property("a pattern for braces", { type: "string", pattern: "^{{[a-z]+}}$" }, ["{{a}}"], ["a"], []),
  property(
    "a pattern with lengths",
    { type: "string", pattern: "^[a-z]+-[a-z]+$", minLength: 3 },
    ["a-b"],
    ["a"],
    ["minLength"].slice(1),
  ),
  property(
    "a pattern whose lengths are hidden",
    { type: "string", pattern: "^[a-z]+-[a-z]+$", maxLength: 9 },
    ["a-b"],
    ["a"],
    ["maxLength"],
  ),
  property(
    "pattern and format",
    { type: "string", pattern: "^https://", format: "uri" },
    ["https://a"],
    ["http://a"],
    ["format"],
  ),

  // Types
  property("type: any", { type: "any" }, [1, "a", null, {}], [], ["type"]),
  property("a null in a list of types", { type: ["string", null] }, ["a", null], [1], ["type"]),
  property("a type of another language", { type: "str" }, ["a"], [1], ["type"]),
  property("types in capitals", { type: "STRING", enum: ["a"] }, ["a"], ["b"], ["type"]),
  property("a list of types that says null", { type: ["integer", "null"], minimum: 0 }, [0, null], [-1], []),
  property("nullable", { type: "string", nullable: true, enum: ["a", null] }, ["a", null], ["b"], []),
  property("enum: []", { type: "string", enum: [] }, ["x"], [1], ["enum"]),
  property("an enum that is a text", { type: "string", enum: "a" }, ["x"], [1], ["enum"]),
  property("an enum of ids", JSON.parse('{"enum":[2512292042121000001]}'), [1], [], ["enum"]),
  property(
    "a very long enum",
    { enum: Array.from({ length: 1500 }, (_, index) => `v${index}`) },
    ["v1", "other"],
    [1],
    ["enum"],
  ),
  property("default of another type", { type: "integer", default: "10" }, [1], ["10"], []),
  property(
    "description: null",
    { type: "integer", description: null, title: null, default: null },
    [1],
    ["a"],
    [],
  ),
  property("required: true of draft 3", { type: "string", required: true }, ["a"], [1], ["required"]),
  shape(
    "required: true, and not said elsewhere",
    object({ a: { ...string, required: true }, b: { ...string, required: false } }),
    [{ a: "x" }, { a: "x", b: "y" }],
    [{}, { b: "y" }],
    ["required", "required"],
  ),
  property("not of a type", { not: { type: "string" } }, [1, null], ["a"], []),
  property("not of a value in a list", { enum: ["a", "b"], not: { const: "b" } }, ["a"], ["b"], []),
  property("not of a length", { type: "string", not: { minLength: 3 } }, ["a", "abcd"], [1], ["not"]),
  property(
    "an unknown keyword",
    { type: "string", optional: true, order: 1 },
    ["a"],
    [1],
    ["optional", "order"],
  ),

  // Objects
  shape(
    "required: null",
    object({ a: string }, { required: null }),
    [{}, { a: "x" }],
    [{ a: 1 }],
    ["required"],
  ),
  shape(
    "required as a text",
    object({ a: string }, { required: "a" }),
    [{}, { a: "x" }],
    [{ a: 1 }],
    ["required"],
  ),
  shape(
    "properties: null",
    { type: "object", properties: null, additionalProperties: false },
    [{}],
    [{ a: 1 }],
    ["properties"],
  ),
  shape(
    "PHP's empty properties",
    { type: "object", properties: [], required: [] },
    [{}, { a: 1 }],
    [[]],
    ["properties"],
  ),
  shape(
    "properties as a list of names",
    { type: "object", properties: ["a", "b"], additionalProperties: false },
    [{ a: 1 }, {}],
    [[]],
    ["properties"],
  ),
  shape(
    "a pattern that reads like a word of ours",
    object({ a: string, b: { type: "string", pattern: "undefined" } }),
    [{ a: "x", b: "undefined" }],
    [{ b: "x" }],
    [],
  ),
  shape(
    "additionalProperties: null",
    object({ a: string }, { additionalProperties: null }),
    [{ a: "x" }],
    [{ a: 1 }],
    ["additionalProperties"],
  ),
  shape(
    "a property that is a text",
    object({ a: "string", b: integer }),
    [{ a: [1], b: 1 }],
    [{ b: "x" }],
    ["properties"],
  ),
  shape(
    "dependentRequired",
    object({ a: string, b: string }, { dependentRequired: { a: ["b"] } }),
    [{ a: "x" }],
    [{ a: 1 }],
    ["dependentRequired"],
  ),
  shape(
    "dependentSchemas",
    object({ a: string }, { dependentSchemas: { a: { required: ["b"] } } }),
    [{ a: "x" }],
    [{ a: 1 }],
    ["dependentSchemas"],
  ),
  shape(
    "dependencies of draft 7",
    object({ a: string, b: string }, { dependencies: { a: ["b"] } }),
    [{ a: "x" }],
    [{ a: 1 }],
    ["dependencies"],
  ),
  shape(
    "unevaluatedProperties",
    object({ a: string }, { unevaluatedProperties: false }),
    [{}, { a: "x" }],
    [{ b: 1 }],
    [],
  ),
  shape(
    "unevaluatedProperties beside allOf",
    { type: "object", allOf: [object({ a: string }), object({ b: integer })], unevaluatedProperties: false },
    [{ a: "x", b: 1 }],
    [{ c: 1 }],
    [],
  ),
  shape(
    "unevaluatedProperties of an empty object",
    { type: "object", unevaluatedProperties: false },
    [{}],
    [{ a: 1 }],
    [],
  ),
  shape(
    "two patterns of names",
    { type: "object", patternProperties: { "^a": integer, "^b": string }, additionalProperties: false },
    [{ a: 1 }, { b: "x" }],
    [[]],
    ["patternProperties"],
  ),
  shape(
    "extensions beside names",
    object({ name: string }, { patternProperties: { "^x-": string }, additionalProperties: false }),
    [{ name: "n", "x-a": "b" }],
    [{ name: 1 }, { y: "b" }],
    [],
  ),
  shape(
    "a pattern that covers a name",
    object({ ab: integer }, { patternProperties: { "^a": string } }),
    [{ ac: "x" }, {}],
    [{ ab: "x" }, { ab: 1 }],
    ["patternProperties"],
  ),
  shape(
    "names of choices",
    {
      type: "object",
      propertyNames: { anyOf: [{ pattern: "^a" }, { pattern: "^b" }] },
      additionalProperties: integer,
    },
    [{ a: 1 }, { c: 1 }],
    [{ a: "x" }],
    ["propertyNames"],
  ),
  shape(
    "at least three properties",
    { type: "object", minProperties: 3, additionalProperties: integer },
    [{ a: 1 }],
    [{}, { a: "x" }],
    ["minProperties"],
  ),
  shape(
    "if, then and else",
    object(
      { kind: { enum: ["a", "b"] } },
      {
        required: ["kind"],
        if: object({ kind: { const: "a" } }),
        [Then]: { required: ["x"], properties: { x: integer } },
        else: { properties: { y: integer } },
      },
    ),
    [
      { kind: "a", x: 1 },
      { kind: "b", y: 1 },
    ],
    [{ kind: "c" }],
    ["if"],
  ),
  shape(
    "if and then",
    object({ kind: string }, { if: object({ kind: { const: "a" } }), [Then]: { required: ["x"] } }),
    [{ kind: "a" }],
    [{ kind: 1 }],
    ["if"],
  ),

  // Choices
  shape(
    "oneOf at the root",
    {
      type: "object",
      oneOf: [
        object({ id: integer }, { required: ["id"] }),
        object({ name: string }, { required: ["name"] }),
      ],
    },
    [{ id: 1 }, { name: "x" }],
    [{ id: "x" }, {}],
    ["oneOf"].slice(1),
  ),
  shape(
    "oneOf that overlaps",
    { oneOf: [string, { type: "string", maxLength: 3 }, integer] },
    ["abcd", "a", 1],
    [null],
    ["oneOf"],
  ),
  shape("anyOf with a null", { anyOf: [integer, null] }, [1, "x"], [], ["anyOf"]),
  shape("anyOf of nothing", { type: "string", anyOf: [] }, ["x"], [1], ["anyOf"]),
  shape(
    "Pydantic's optional",
    object({ a: { anyOf: [integer, { type: "null" }], default: null, title: "A" } }),
    [{ a: null }, { a: 1 }, {}],
    [{ a: "x" }],
    [],
  ),
  shape(
    "a union by kind",
    {
      oneOf: [
        object({ kind: { const: "a" }, x: integer }, { required: ["kind", "x"] }),
        object({ kind: { const: "b" } }, { required: ["kind"] }),
      ],
      discriminator: { propertyName: "kind" },
    },
    [{ kind: "a", x: 1 }, { kind: "b" }],
    [{ kind: "a" }, { kind: "c" }],
    [],
  ),

  // References
  shape(
    "an anchor",
    { $defs: { id: { $anchor: "id", type: "integer" } }, ...object({ a: { $ref: "#id" } }) },
    [{ a: 1 }],
    [{ a: "x" }],
    [],
  ),
  shape(
    "an anchor of draft 7",
    { definitions: { id: { $id: "#id", type: "integer" } }, ...object({ a: { $ref: "#id" } }) },
    [{ a: 1 }],
    [{ a: "x" }],
    ["$id"],
  ),
  shape(
    "$dynamicRef",
    { $dynamicAnchor: "node", ...object({ v: integer, next: { $dynamicRef: "#node" } }) },
    [{ v: 1, next: { v: 2 } }],
    [{ next: 1 }],
    [],
  ),
  shape(
    "a reference by the schema's own address",
    {
      $id: "https://x.invalid/s.json",
      $defs: { id: integer },
      ...object({ a: { $ref: "https://x.invalid/s.json#/$defs/id" } }),
    },
    [{ a: 1 }],
    [{ a: "x" }],
    [],
  ),
  shape(
    "a remote reference",
    object({ a: { $ref: "https://x.invalid/other.json" } }),
    [{ a: "x" }],
    [[]],
    ["$ref"],
  ),
  shape(
    "a reference to what is not there",
    object({ a: { $ref: "#/$defs/Missing" } }),
    [{ a: 1 }],
    [[]],
    ["$ref"],
  ),
  shape("a schema that is itself", { $ref: "#" }, [1, {}], [], ["$ref"]),
  shape(
    "a choice of itself",
    { $defs: { a: { anyOf: [{ $ref: "#/$defs/a" }, string] } }, ...object({ a: { $ref: "#/$defs/a" } }) },
    [{ a: "x" }, { a: 1 }],
    [[]],
    ["$ref"],
  ),
  shape(
    "a tree",
    {
      $defs: { node: object({ children: { type: "array", items: { $ref: "#/$defs/node" } } }) },
      $ref: "#/$defs/node",
    },
    [{ children: [{}, { children: [] }] }],
    [{ children: [1] }],
    [],
  ),
];
