import { isRecord, malformed, quote } from "../faults.ts";
import { type Keyword, require } from "./contents.ts";
import { type Schema, types } from "./schema.ts";

const impossible = "it cannot be enforced while the model answers.";
const leaveOut = `${impossible} Leave it out.`;

/**
 * Keywords that no grammar can hold an answer to, or only in part. Each asks for nothing, or is narrowed to what can be
 * enforced; the rest is widened.
 */
export const unenforceable: Record<string, (at: Keyword) => void> = {
  not: readNot,
  if: readCondition,
  contains: (at) => {
    widen(at, leaveOut);
    // One item that fits is an item.
    if (at.siblings.minContains !== 0) require(at, { minItems: 1 });
  },
  dependentRequired: widenUnlessEmpty,
  dependentSchemas: widenUnlessEmpty,
  dependencies: widenUnlessEmpty,
  unevaluatedProperties: (at) => {
    if (at.content === false) at.schema.isSealed = true;
    else if (!saysNothing(at.content)) widen(at, `only false can be enforced. Use \`additionalProperties\`.`);
  },
  unevaluatedItems: (at) => {
    if (!saysNothing(at.content)) widen(at, `${impossible} Use \`items\`.`);
  },
};

function widen({ reader, param, keyword }: Keyword, why: string): void {
  reader.enforcement.widen(param, keyword, why);
}

function widenUnlessEmpty(at: Keyword): void {
  if (!isRecord(at.content)) throw malformed(at.param, `must be an object, but is ${quote(at.content)}.`);
  if (Object.keys(at.content).length > 0) widen(at, leaveOut);
}

function saysNothing(content: unknown): boolean {
  return content === true || (isRecord(content) && Object.keys(content).length === 0);
}

/** Types can be taken away, and values that are listed beside it be left out. */
function readNot(at: Keyword): void {
  const { content, schema, siblings } = at;
  if (content === false) return;
  if (saysNothing(content)) schema.isFalse = true;
  else if (isRecord(content) && isTypeAlone(content)) excludeTypes(at, content.type);
  else if (Array.isArray(siblings.enum) || siblings.const !== undefined) excludeValues(at);
  else widen(at, `${impossible} Say what is allowed, not what is not.`);
}

function isTypeAlone(content: Record<string, unknown>): boolean {
  return Object.keys(content).every((key) => ["type", "description", "title"].includes(key));
}

function excludeTypes(at: Keyword, type: unknown): void {
  const names: unknown[] = Array.isArray(type) ? type : [type];
  const isKnown = names.every((name) => types.some((known) => known === name));
  const splitsNumbers = names.includes("integer") && !names.includes("number");
  if (!isKnown || splitsNumbers) {
    widen(at, `${impossible} Say what is allowed, not what is not.`);
    return;
  }
  const isOut = (known: string) => names.includes(known) || (known === "integer" && names.includes("number"));
  require(at, { types: types.filter((known) => !isOut(known)) });
}

/** What is widened within would rule out more than it says. */
function excludeValues(at: Keyword): void {
  const { enforcement } = at.reader;
  const before = enforcement.widened.length;
  const excluded: Schema = at.reader.read(at.content, at.param);
  const isExact = enforcement.widened.length === before && !excluded.isSealed;
  if (isExact) at.schema.not = excluded;
  else widen(at, leaveOut);
}

/** Where both ways are said one of them holds, whatever the condition is. */
function readCondition(at: Keyword): void {
  const { siblings, reader, content, param } = at;
  const given = ["then", "else"].filter((key) => siblings[key] !== undefined);
  if (given.length === 0) return;
  widen(at, leaveOut);
  if (given.length < 2) return;
  const read = (value: unknown, key: string) => reader.readOrAny(value, param.replace(/if$/, key), key);
  const then = { param, also: [read(content, "if"), read(siblings.then, "then")] };
  require(at, { anyOf: [then, read(siblings.else, "else")] });
}
