import type { TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar } from "./call-grammar.ts";
import type { CallRules, Tool, ToolFormat } from "./format.ts";
import { schemaTag } from "./json-list.ts";
import { readLiteral, skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { createStreamParser, type Output, readCallsInText } from "./stream-parser.ts";

const blockBegin = "<｜tool▁calls▁begin｜>";
const blockEnd = "<｜tool▁calls▁end｜>";
const callBegin = "<｜tool▁call▁begin｜>";
const callEnd = "<｜tool▁call▁end｜>";
const separator = "<｜tool▁sep｜>";
/** Distilled models spell the first marker in these ways, too (llama.cpp's parser knows them). */
const misspelt = [
  "<｜tool_calls_begin｜>",
  "<｜tool calls begin｜>",
  "<｜tool\\_calls\\_begin｜>",
  "<｜tool▁calls｜>",
];

/**
 * DeepSeek, within `<｜tool▁calls▁begin｜>` and `<｜tool▁calls▁end｜>`, each call between `<｜tool▁call▁begin｜>` and
 * `<｜tool▁call▁end｜>`: R1 and V3 write `function<｜tool▁sep｜>name`, a line break and the arguments in a json fence, V3.1
 * writes `name<｜tool▁sep｜>{…}` (chat templates of the models). The grammar allows both.
 */
export const deepseek: ToolFormat = {
  name: "deepseek",
  specialTokens: true,
  markers: [blockBegin, blockEnd, callBegin, callEnd, separator, ...misspelt],
  matches: (template) => template.includes(callBegin),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, [callBegin, blockBegin, ...misspelt], (marker) =>
        readCall(scanner, out, names, marker !== callBegin),
      ),
    );
  },
  toGrammar: (tools, rules) =>
    toCallsGrammar(
      [blockTag(tools.map(fencedCall), "\n", rules), blockTag(tools.map(bareCall), "", rules)],
      "",
      [blockBegin],
      { ...rules, parallel: false },
    ),
};

function* readCall(
  scanner: Scanner,
  out: Output,
  names: ReadonlySet<string>,
  inBlock: boolean,
): Reading<boolean> {
  yield* skipSpace(scanner);
  if (inBlock && (yield* scanner.match(callBegin)) === "") return false;
  const name = yield* readName(scanner);
  yield* skipSpace(scanner);
  if ((yield* scanner.match("```json", "```")) !== "") yield* skipSpace(scanner);
  if (!names.has(name) || (yield* scanner.peek()) !== "{") return false;
  out.call(name);
  if (!(yield* readLiteral(scanner, out.arguments))) yield* readUntil(scanner, [callEnd], out.arguments);
  for (const closing of ["```", callEnd, blockEnd]) {
    const begin = scanner.mark();
    yield* skipSpace(scanner);
    if ((yield* scanner.match(closing)) === "") scanner.reset(begin);
  }
  return true;
}

/** What stands before the separator is the name, unless another word follows: then it is the call's type. */
function* readName(scanner: Scanner): Reading<string> {
  yield* skipSpace(scanner);
  const first = yield* scanner.run(/[\w.-]/);
  yield* skipSpace(scanner);
  if ((yield* scanner.match(separator)) === "") return first;
  yield* skipSpace(scanner);
  const second = yield* scanner.run(/[\w.-]/);
  return second === "" ? first : second;
}

function blockTag(calls: TagGrammar[], between: string, rules: CallRules): TagGrammar {
  return {
    type: "tag",
    begin: blockBegin,
    content: toCallsGrammar(calls, between, [], { ...rules, required: true }),
    end: blockEnd,
  };
}

function fencedCall(tool: Tool): TagGrammar {
  return schemaTag(`${callBegin}function${separator}${tool.name}\n\`\`\`json\n`, tool, `\n\`\`\`${callEnd}`);
}

function bareCall(tool: Tool): TagGrammar {
  return schemaTag(`${callBegin}${tool.name}${separator}`, tool, callEnd);
}
