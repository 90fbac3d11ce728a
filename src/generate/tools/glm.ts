import type { Grammar, TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar, toConcat } from "./call-grammar.ts";
import type { RenderCalls, Tool, ToolFormat } from "./format.ts";
import { skipSpace } from "./literal.ts";
import { readRawValue, readUntilTag } from "./raw-value.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { toPropertyGrammars, toPropertyTypes } from "./schema-types.ts";
import { createStreamParser, type Output, readCallsInText } from "./stream-parser.ts";
import { toMembers, toRawText } from "./told-arguments.ts";

const open = "<tool_call>";
const close = "</tool_call>";
const keyOpen = "<arg_key>";
const keyClose = "</arg_key>";
const valueOpen = "<arg_value>";
const valueClose = "</arg_value>";

/** In the layout of GLM-4.7: earlier models have a line break after each part, and read both. */
const renderCalls: RenderCalls = (calls) =>
  calls.map(({ name, arguments: text }) => `${open}${name}${renderArguments(text)}${close}`).join("\n");

function renderArguments(text: string): string {
  const members = toMembers(text) ?? [];
  return members
    .map(([key, json]) => `${keyOpen}${key}${keyClose}${valueOpen}${toRawText(json)}${valueClose}`)
    .join("");
}

/**
 * Calls as GLM-4.5 to 4.7, Laguna, Ling 3 and Spark 2.5 write them: `<tool_call>name`, then for each argument
 * `<arg_key>…</arg_key>` and `<arg_value>…</arg_value>`, text without quotes and anything else as JSON (their chat
 * templates). GLM-4.7 writes no line breaks between them.
 *
 * The grammar gives arguments in the schema's order, and holds text as schema-types.ts says.
 */
export const glm: ToolFormat = {
  name: "glm",
  specialTokens: false,
  markers: [],
  renderCalls,
  matches: (template) => [open, keyOpen, valueOpen].every((tag) => template.includes(tag)),
  createParser(tools) {
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, [open], function* () {
        yield* skipSpace(scanner);
        const tool = byName.get((yield* scanner.run(/[^<\s]/)).trim());
        yield* skipSpace(scanner);
        if (tool === undefined) return false;
        const begin = scanner.mark();
        if ((yield* scanner.match(keyOpen, close)) === "") return false;
        scanner.reset(begin);
        out.call(tool.name);
        yield* readArguments(scanner, out, tool);
        return true;
      }),
    );
  },
  toGrammar(tools, rules) {
    // Prose that names the tag does not go on with a letter.
    const triggers = new Set(tools.map(({ name }) => `${open}${name.charAt(0)}`));
    return toCallsGrammar(tools.map(toTag), "\n", [...triggers], rules);
  },
};

/** All up to the call's closing tag. What stands between the arguments means nothing. */
function* readArguments(scanner: Scanner, out: Output, tool: Tool): Reading<void> {
  out.arguments("{");
  for (let before = ""; ; ) {
    yield* readUntil(scanner, [keyOpen, close], () => {});
    if ((yield* scanner.match(keyOpen)) === "") {
      if ((yield* scanner.match(close)) !== "") out.arguments("}");
      return;
    }
    let key = "";
    yield* readUntil(scanner, [keyClose], (text) => {
      key += text;
    });
    yield* scanner.match(keyClose);
    yield* skipSpace(scanner);
    if ((yield* scanner.match(valueOpen)) === "") continue;
    const name = key.trim();
    out.arguments(`${before}${JSON.stringify(name)}: `);
    before = ", ";
    yield* readRawValue(scanner, out.arguments, {
      types: toPropertyTypes(name, tool.parameters),
      read: (give) => readUntilTag(scanner, give, { tag: valueClose, followers: [keyOpen, close] }),
    });
  }
}

const space: Grammar = { type: "regex", pattern: "\\n?" };

function toTag({ name, parameters }: Tool): TagGrammar {
  const elements = toPropertyGrammars(parameters, (name, content) => {
    const value: Grammar = { type: "tag", begin: valueOpen, content, end: valueClose };
    const key: Grammar = { type: "const", text: `${keyOpen}${name}${keyClose}` };
    return toConcat([key, space, value, space]);
  });
  return { type: "tag", begin: `${open}${name}`, content: toConcat([space, ...elements]), end: close };
}
