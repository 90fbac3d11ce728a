import type { Grammar, TagGrammar } from "../../protocol/grammar.ts";
import { toConcat, toConst, toOptional, toUnion } from "./call-grammar.ts";
import type { CallRules, Tool } from "./format.ts";
import { toProperties, toSchemaTypes, toValueGrammar } from "./schema-types.ts";

/**
 * Holds to `[f(a=1, b="x"), g()]`. The required arguments come first, then the others, each in the schema's order; ones
 * that the schema does not name are not offered. Values are exact, but true, false and null within lists and dicts, or
 * beside other types, are spelled as in JSON: Python and JSON agree on all the rest.
 */
export function toPythonicGrammar(
  tools: readonly Tool[],
  { required, parallel }: CallRules,
  { open, close } = noMarkers,
): Grammar {
  const calls = tools.map((tool) => toCall(tool, ""));
  if (required) {
    const list: Grammar = parallel
      ? {
          type: "tags_with_separator",
          separator: ", ",
          tags: calls,
          at_least_one: true,
          stop_after_first: false,
        }
      : toUnion(calls);
    return { type: "tag", begin: `${open}[`, content: list, end: `]${close}` };
  }
  const others = tools.map((tool) => toCall(tool, ", "));
  return {
    type: "triggered_tags",
    triggers: open === "" ? tools.map(({ name }) => `[${name}(`) : [`${open}[`],
    tags: tools.map((tool) => toFirstCall(tool, parallel ? others : [], { open, close })),
    at_least_one: false,
    stop_after_first: true,
  };
}

/** What stands around a list. */
const noMarkers = { open: "", close: "" };

function toCall({ name, parameters }: Tool, before: string): TagGrammar {
  return { type: "tag", begin: `${before}${name}(`, content: toArguments(parameters), end: ")" };
}

/** The whole list as a tag that begins with this call. */
function toFirstCall(
  { name, parameters }: Tool,
  others: TagGrammar[],
  { open, close }: typeof noMarkers,
): TagGrammar {
  const begin = `${open}[${name}(`;
  const content = toArguments(parameters);
  if (others.length === 0) return { type: "tag", begin, content, end: `)]${close}` };
  const rest: Grammar = {
    type: "tags_with_separator",
    separator: "",
    tags: others,
    at_least_one: false,
    stop_after_first: false,
  };
  return { type: "tag", begin, content: toConcat([content, toConst(")"), rest]), end: `]${close}` };
}

function toArguments(root: Record<string, unknown>): Grammar {
  const properties = toProperties(root).map(({ name, schema, required }) => ({
    required,
    text: (before: string): Grammar => toConcat([toConst(`${before}${name}=`), toValue(schema, root)]),
  }));
  const needed = properties.filter(({ required }) => required);
  const rest = properties.filter(({ required }) => !required);
  if (needed.length > 0) {
    return toConcat([
      ...needed.map(({ text }, index) => text(index === 0 ? "" : ", ")),
      ...rest.map(({ text }) => toOptional(text(", "))),
    ]);
  }
  const beginnings = rest.map(({ text }, index) =>
    toConcat([text(""), ...rest.slice(index + 1).map(({ text }) => toOptional(text(", ")))]),
  );
  return toUnion([...beginnings, toConst("")]);
}

const words: Record<string, string[]> = { boolean: ["True", "False"], null: ["None"] };

function toValue(schema: unknown, root: Record<string, unknown>): Grammar {
  const types = toSchemaTypes(schema, root);
  const spelled = types === "any" ? [] : [...types].map((type) => words[type] ?? []);
  if (spelled.length > 0 && spelled.every((texts) => texts.length > 0)) {
    return toUnion(spelled.flat().map(toConst));
  }
  return toValueGrammar(schema, root);
}
