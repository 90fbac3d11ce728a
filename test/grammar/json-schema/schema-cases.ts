/** Schemas that are accepted, for Ajv to hold the answers to; `same` where Ajv needs it said otherwise. */
const person = {
  type: "object",
  properties: { name: { type: "string", maxLength: 20 }, age: { type: "integer", minimum: 0, maximum: 120 } },
  required: ["name", "age"],
  additionalProperties: false,
};
const object = (properties: object, rest: object = {}) => ({ type: "object", properties, ...rest });
const all = (properties: object, rest: object = {}) =>
  object(properties, { required: Object.keys(properties), additionalProperties: false, ...rest });

export const accepted: [name: string, schema: unknown, same?: unknown][] = [
  ["a person", person],
  ["all optional", object({ a: { type: "integer" }, b: { type: "boolean" }, c: { type: "null" } })],
  [
    "a later property required",
    object({ a: { type: "boolean" }, b: { type: "boolean" } }, { required: ["b"] }),
  ],
  [
    "required and not declared",
    object({ a: { type: "boolean" } }, { required: ["b"], additionalProperties: { type: "integer" } }),
  ],
  ["no property", object({}, { additionalProperties: false })],
  [
    "a key that needs escapes",
    all({ 'a "b" \\ c\n': { type: "boolean" }, "ключ é 👍": { type: "boolean" } }),
  ],
  // The engine's own escapes run into hex digits that follow: "größe" would be "grö" and U+0DFE.
  [
    "keys with hex digits behind other letters",
    all({ größe: { type: "boolean" }, é0ü9ßA: { type: "null" } }),
  ],
  ["values with hex digits behind other letters", { enum: ["größe", "ß0", "naïve", "\u007fa"] }],
  ["a class of hex digits and other letters", { type: "string", pattern: "^[a-fß-ü]{3}[à]e[0-9é]$" }],
  [
    "map of integers",
    { type: "object", additionalProperties: { type: "integer", minimum: 0, maximum: 9 }, maxProperties: 3 },
  ],
  [
    "named and others",
    object(
      { ab: { type: "boolean" }, abc: { type: "boolean" } },
      { additionalProperties: { type: "integer" }, maxProperties: 4 },
    ),
  ],
  [
    "map with keys by pattern",
    {
      type: "object",
      patternProperties: { "^k[0-9]$": { type: "boolean" } },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 3,
    },
  ],
  [
    "map with names listed",
    {
      type: "object",
      propertyNames: { enum: ["x", "y"] },
      additionalProperties: { type: "integer" },
      maxProperties: 3,
    },
  ],
  [
    "map with names by pattern",
    {
      type: "object",
      propertyNames: { pattern: "^[a-z]{2,4}$" },
      additionalProperties: { type: "boolean" },
      maxProperties: 3,
    },
  ],
  [
    "two to three of five",
    object(Object.fromEntries(["a", "b", "c", "d", "e"].map((key) => [key, { type: "boolean" }])), {
      minProperties: 2,
      maxProperties: 3,
      additionalProperties: false,
    }),
  ],
  [
    "at least one of three",
    object({ a: { type: "boolean" }, b: { type: "boolean" }, c: { type: "boolean" } }, { minProperties: 1 }),
  ],
  ["types in a list", { type: ["string", "null", "integer"], maxLength: 10 }],
  ["nullable of OpenAPI", all({ a: { type: "integer", nullable: true, minimum: 5, maximum: 6 } })],
  ["true as a schema", all({ a: true, b: { type: "integer", maximum: 3, minimum: 1 } })],
  ["false as an optional property", object({ a: { type: "boolean" }, b: false })],
  ["enum of every type", { enum: ["a", 1, 1.5, null, true, { a: [1, "x"] }, [], 'q"\\\n'] }],
  ["enum narrowed by type", { enum: ["a", 1, null], type: ["string", "null"] }],
  ["enum narrowed by bounds", { enum: [1, 5, 10, 50], minimum: 5, exclusiveMaximum: 50 }],
  ["const object", { const: { b: 1, a: [null, false] } }],
  ["const string", all({ kind: { const: "circle" } })],
  ["array of enums", { type: "array", items: { enum: ["red", "green"] }, minItems: 2, maxItems: 4 }],
  [
    "array with no more than one",
    { type: "array", items: { type: "integer", minimum: 0, maximum: 9 }, maxItems: 1, uniqueItems: true },
  ],
  [
    "array of enums without repeats",
    { type: "array", items: { enum: ["red", "green", "blue", "pink"] }, uniqueItems: true, minItems: 2 },
  ],
  [
    "pairs without repeats",
    {
      type: "array",
      items: { enum: Array.from({ length: 12 }, (_, at) => at) },
      uniqueItems: true,
      maxItems: 2,
    },
  ],
  ["not of a type", { not: { type: ["object", "array", "string"] } }],
  ["not of a listed value", { enum: ["a", "b", 3], not: { type: "integer", minimum: 2 } }],
  [
    "unevaluatedProperties",
    {
      ...object({ a: { type: "boolean" } }),
      allOf: [object({ b: { type: "null" } })],
      unevaluatedProperties: false,
    },
  ],
  ["an anchor", { $defs: { small: { $anchor: "small", enum: [1, 2] } }, ...all({ a: { $ref: "#small" } }) }],
  ["empty array", { type: "array", maxItems: 0 }],
  ["array of exactly 40", { type: "array", items: { enum: [0, 1] }, minItems: 40, maxItems: 40 }],
  [
    "tuple",
    { type: "array", prefixItems: [{ type: "boolean" }, { enum: ["x"] }], items: false, minItems: 2 },
  ],
  [
    "tuple and more",
    {
      type: "array",
      prefixItems: [{ type: "boolean" }],
      items: { type: "integer", minimum: 0, maximum: 9 },
      minItems: 1,
      maxItems: 4,
    },
  ],
  [
    "tuple that may end early",
    { type: "array", prefixItems: [{ const: 1 }, { const: 2 }, { const: 3 }], items: false, minItems: 1 },
  ],
  [
    "string lengths",
    all({ a: { type: "string", minLength: 5, maxLength: 8 }, b: { type: "string", maxLength: 0 } }),
  ],
  ["long string lengths", { type: "string", minLength: 40, maxLength: 70 }],
  ["string length in the thousands", { type: "string", maxLength: 100000 }],
  ["pattern, anchored", { type: "string", pattern: "^[A-Z]{2}-\\d{3}$" }],
  ["pattern, found anywhere", { type: "string", pattern: "[0-9]{2}" }],
  ["pattern at the start", all({ a: { type: "string", pattern: "^ab" } })],
  ["pattern with choices", { type: "string", pattern: "^(cat|dog)s?$|^fish$" }],
  ["pattern with quotes and backslashes", { type: "string", pattern: '^"\\\\\\n[\\t"]$' }],
  ["pattern with Unicode", { type: "string", pattern: "^[é-ü]{1,3}\\u{1F44D}$" }],
  ["pattern with negation", { type: "string", pattern: "^[^a-z\\s]{3}\\S\\W\\D$" }],
  ["pattern with lengths", { type: "string", pattern: "^[a-z]+$", minLength: 3, maxLength: 6 }],
  ["pattern with a first letter and lengths", { type: "string", pattern: "^[A-Z][a-z]*$", maxLength: 5 }],
  [
    "pattern with a hyphen behind a class",
    { type: "string", pattern: "^[\\w-.]{2,8}@[a-z-\\d]{2}$" },
    { type: "string", pattern: "^[\\w\\-.]{2,8}@[a-z\\-\\d]{2}$" },
  ],
  ["pattern with letters of any script", { type: "string", pattern: "^\\p{L}[\\p{L}\\p{N} ]{0,9}$" }],
  ["pattern with a script", { type: "string", pattern: "^\\p{Script=Greek}{2,5}$" }],
  ...[
    "date",
    "time",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uuid",
    "uri-reference",
    "iri",
    "idn-email",
    "json-pointer",
    "relative-json-pointer",
    "byte",
  ].map((format): [string, unknown] => [`format ${format}`, { type: "string", format }]),
  ["integer", all({ a: { type: "integer" } })],
  ["integer from -5 to 5", all({ a: { type: "integer", minimum: -5, maximum: 5 } })],
  ["integer from 95 to 1203", { type: "integer", minimum: 95, maximum: 1203 }],
  ["integer above and below", { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 3 }],
  ["integer between fractions", { type: "integer", minimum: 0.5, maximum: 2.5 }],
  ["negative integer", { type: "integer", maximum: -10 }],
  ["integer with a high minimum", { type: "integer", minimum: 123456 }],
  ["integer multiple of one", { type: "integer", multipleOf: 1, minimum: 0, maximum: 10 }],
  ["integer of 32 bits", { type: "integer", format: "int32" }],
  ["integer of 64 bits", all({ a: { type: "integer", format: "uint64" } })],
  ["multiples of 100", { type: "integer", multipleOf: 100 }],
  ["multiples of 5", { type: "integer", multipleOf: 5, minimum: -20, maximum: 500 }],
  ["cents", { type: "number", multipleOf: 0.01, minimum: 0.5 }],
  ["half steps", { type: "number", multipleOf: 0.5, minimum: 0, maximum: 10 }],
  ["number", all({ a: { type: "number" } })],
  ["number from 0 to 1", { type: "number", minimum: 0, maximum: 1 }],
  ["number between 0 and 1", { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }],
  ["number from -1.5 to 2.25", { type: "number", minimum: -1.5, maximum: 2.25 }],
  ["number in a small range", { type: "number", minimum: 7.141, exclusiveMaximum: 7.1416 }],
  ["negative number", { type: "number", exclusiveMaximum: 0, minimum: -100 }],
  ["number with a minimum", { type: "number", minimum: 0.001 }],
  [
    "OpenAPI's exclusive bound",
    { type: "number", minimum: 5, exclusiveMinimum: true, maximum: 6 },
    { type: "number", exclusiveMinimum: 5, maximum: 6 },
  ],
  ["anyOf types", { anyOf: [{ type: "boolean" }, { type: "integer", minimum: 1, maximum: 3 }] }],
  [
    "anyOf with siblings",
    {
      type: "object",
      properties: { kind: { enum: ["a", "b"] } },
      required: ["kind"],
      anyOf: [all({ kind: { const: "a" }, x: { type: "boolean" } }), object({ kind: { const: "b" } })],
    },
  ],
  [
    "oneOf told apart by const",
    {
      oneOf: [
        all({ kind: { const: "circle" }, radius: { type: "integer", minimum: 1, maximum: 9 } }),
        all({ kind: { const: "square" }, side: { type: "integer", minimum: 1, maximum: 9 } }),
      ],
    },
  ],
  [
    "oneOf told apart by properties",
    { oneOf: [all({ a: { type: "boolean" } }), all({ b: { type: "boolean" } })] },
  ],
  [
    "oneOf told apart by type",
    {
      oneOf: [
        { type: "null" },
        { type: "array", items: { type: "boolean" }, maxItems: 2 },
        { type: "string", maxLength: 4 },
      ],
    },
  ],
  ["oneOf over an enum", { enum: [1, 2, 3, 4], oneOf: [{ minimum: 2 }, { maximum: 3 }] }],
  [
    "allOf of objects",
    {
      allOf: [
        object({ a: { type: "boolean" } }, { required: ["a"] }),
        object({ b: { type: "boolean" } }, { required: ["b"] }),
      ],
    },
  ],
  [
    "allOf on one property",
    {
      allOf: [
        object({ a: { type: "number", minimum: 3 } }, { required: ["a"] }),
        object({ a: { type: "integer", maximum: 5 } }),
      ],
    },
  ],
  [
    "allOf with anyOf",
    {
      allOf: [
        { anyOf: [{ type: "integer" }, { type: "string" }] },
        { anyOf: [{ type: "boolean" }, { type: "string", maxLength: 5 }] },
      ],
    },
  ],
  [
    "allOf with a closed one",
    {
      allOf: [
        object({ a: { type: "boolean" }, b: { type: "boolean" } }),
        object({ a: true }, { required: ["a"], additionalProperties: false }),
      ],
    },
  ],
  [
    "local reference",
    {
      $defs: { small: { type: "integer", minimum: 0, maximum: 9 } },
      ...all({ a: { $ref: "#/$defs/small" }, b: { $ref: "#/$defs/small", minimum: 5 } }),
    },
  ],
  [
    "draft-07 definitions",
    {
      $schema: "http://json-schema.org/draft-07/schema#",
      definitions: { "a/b c": { enum: ["x"] } },
      type: "array",
      items: { $ref: "#/definitions/a~1b%20c" },
      minItems: 1,
      maxItems: 2,
    },
  ],
  [
    "recursive list",
    {
      $defs: {
        node: all({ v: { enum: [1, 2] }, next: { anyOf: [{ type: "null" }, { $ref: "#/$defs/node" }] } }),
      },
      $ref: "#/$defs/node",
    },
  ],
  [
    "recursive tree",
    {
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#" }, maxItems: 2 } },
      additionalProperties: false,
    },
  ],
  [
    "annotations",
    {
      title: "T",
      description: "D",
      default: 1,
      examples: [1],
      "x-order": 3,
      deprecated: true,
      $comment: "c",
      readOnly: true,
      type: "boolean",
    },
  ],
  ["keywords of another type", { type: "boolean", minimum: 4, maxLength: 1, properties: { a: false } }],
  [
    "trivial keywords",
    {
      type: "array",
      items: { type: "boolean" },
      maxItems: 2,
      uniqueItems: false,
      not: false,
      unevaluatedItems: true,
    },
  ],
  [
    "twenty properties",
    all(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`p${index}`, { type: "boolean" }]))),
  ],
  ["five hundred enum values", { enum: Array.from({ length: 500 }, (_, index) => `value ${index * 7919}`) }],
];
