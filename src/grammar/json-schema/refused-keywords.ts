import { isRecord, malformed, quote, unsupported } from "../faults.ts";
import type { Keyword } from "./keyword.ts";

/** Keywords that cannot be enforced, with the contents that ask for nothing. */
export const trivial: Record<string, (content: unknown) => boolean> = {
  uniqueItems: (content) => content === false,
  not: (content) => content === false,
  multipleOf: () => false,
  unevaluatedProperties: (content) => content === true || isEmpty(content),
  unevaluatedItems: (content) => content === true || isEmpty(content),
  dependentRequired: isEmpty,
  dependentSchemas: isEmpty,
  dependencies: isEmpty,
};

/** What says how to write it instead. */
const advice: Record<string, string> = {
  uniqueItems: "Leave it out and remove repeated items afterwards.",
  not: "Say what is allowed, not what is not.",
  multipleOf: "Leave it out, or list the values with `enum`.",
  unevaluatedProperties: "Use `additionalProperties`.",
};

export function refuseUnless({ keyword, content, siblings, schema, param }: Keyword): void {
  if (keyword === "multipleOf") {
    readMultiple(content, siblings, param);
    return;
  }
  if (
    keyword === "uniqueItems" &&
    content === true &&
    typeof siblings.maxItems === "number" &&
    siblings.maxItems <= 1
  )
    return;
  if (keyword === "uniqueItems" && typeof content !== "boolean") {
    throw malformed(param, `must be true or false, but is ${quote(content)}.`);
  }
  if (keyword === "not" && (content === true || isEmpty(content))) {
    schema.isFalse = true;
    return;
  }
  if (trivial[keyword]?.(content)) return;
  throw unsupported(
    param,
    `it cannot be enforced while the model answers. ${advice[keyword] ?? "Leave it out."}`,
  );
}

/** Integers are multiples of 1, and of nothing else that a grammar could count. */
function readMultiple(content: unknown, siblings: Record<string, unknown>, param: string): void {
  if (typeof content !== "number" || !(content > 0)) {
    throw malformed(param, `must be a number above 0, but is ${quote(content)}.`);
  }
  if (content === 1 && siblings.type === "integer") return;
  throw unsupported(param, `it cannot be enforced while the model answers. ${advice.multipleOf}`);
}

function isEmpty(content: unknown): boolean {
  return isRecord(content) && Object.keys(content).length === 0;
}
