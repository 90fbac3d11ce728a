import vm from "node:vm";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats, { type FormatName } from "ajv-formats";
import { LRUCache } from "lru-cache";
import { Regex } from "../grammar/regex/compile.ts";

/** `unknown`: the schema cannot be checked, or the check took too long. */
export type Verdict = { type: "valid" } | { type: "missed"; keyword: string } | { type: "unknown" };

/** The first keyword that a value violates; null: none. */
type Check = (value: unknown) => string | null;

/** Longer schemas are not checked: they are compiled to code on the main thread. */
const longestSchema = 50_000;
/** Longer answers are not checked: `uniqueItems` compares all pairs of items. */
export const longestAnswer = 20_000;
/** The time limit of one check. Schemas can cause any amount of work, by references that double it at each step. */
const mostMs = 50;
/** For the first check, when the compiler itself is not compiled yet. */
const mostMsToCompile = 250;
/** Characters of schemas in the cache; their code takes about ten times as much. */
const kept = 500_000;

/** The formats of ajv-formats, without `regex`, which would run the answer's own patterns. */
const formats: FormatName[] = [
  ...(["date", "time", "date-time", "iso-time", "iso-date-time", "duration"] as const),
  ...(["uri", "uri-reference", "uri-template", "email", "hostname", "ipv4", "ipv6", "uuid"] as const),
  ...(["json-pointer", "relative-json-pointer", "byte", "int32", "int64", "float", "double"] as const),
];

/**
 * Checks JSON texts against schemas, which it compiles once each. Neither takes longer than its bound; remote references
 * and `$data` are not followed, and patterns run in linear time.
 */
export function createSchemaValidator(): (schema: unknown, json: string) => Verdict {
  const known = new LRUCache<string, { check: Check | null }>({
    maxSize: kept,
    sizeCalculation: (_check, key) => key.length,
  });

  function toCheck(key: string): Check | null {
    const seen = known.get(key);
    if (seen) return seen.check;
    const check = key.length > longestSchema ? null : compile(key);
    known.set(key, { check });
    return check;
  }

  return (schema, json) => {
    const key = JSON.stringify(schema);
    const check = json.length > longestAnswer ? null : toCheck(key);
    if (check === null) return { type: "unknown" };
    const value = parse(json);
    if (value === undefined) return { type: "missed", keyword: "type" };
    try {
      const keyword = within(mostMs, () => check(value));
      return keyword === null ? { type: "valid" } : { type: "missed", keyword };
    } catch {
      // It would take as long again.
      known.set(key, { check: null });
      return { type: "unknown" };
    }
  };
}

/** null: Ajv refuses it. */
function compile(schema: string): Check | null {
  try {
    const { $schema: _dialect, ...content } = JSON.parse(schema);
    // In 2020-12 a list of items is in `prefixItems`; the rest works alike in the earlier drafts.
    const Ajv = /"items":\[/.test(schema) ? Ajv2019 : Ajv2020;
    const validate = within(mostMsToCompile, () => {
      const ajv = new Ajv(options);
      addFormats.default(ajv, { mode: "fast", formats });
      return ajv.compile(content);
    });
    return (value) => (validate(value) ? null : (validate.errors?.[0]?.keyword ?? "type"));
  } catch {
    return null;
  }
}

const options = {
  // Unknown keywords and formats are ignored, as JSON Schema requires.
  strict: false,
  validateSchema: false,
  meta: false,
  logger: false,
  addUsedSchema: false,
  inlineRefs: false,
  messages: false,
  ownProperties: true,
  // 0.07 is a multiple of 0.01, although their binary quotient is not an integer.
  multipleOfPrecision: 9,
  code: { regExp: Object.assign(toRegExp, { code: "toRegExp" }) },
} as const;

/** JavaScript's own matcher can be kept busy for years, and no time limit ends it. Throws for patterns that are not regular. */
function toRegExp(pattern: string) {
  const regex = new Regex(pattern, "pattern");
  return { test: (text: string) => regex.test(text), toString: () => pattern };
}

/** Throws if the work takes too long. */
function within<T>(timeout: number, work: () => T): T {
  let result: { value: T } | undefined;
  const context = vm.createContext({
    run: () => {
      result = { value: work() };
    },
  });
  new vm.Script("run()").runInContext(context, { timeout });
  if (result === undefined) throw new Error("The check did not end");
  return result.value;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
