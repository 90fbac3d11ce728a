import type { TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar } from "./call-grammar.ts";
import type { CallRules, ToldCall, Tool, ToolCallParser } from "./format.ts";
import { readJsonCall } from "./json-call.ts";
import { readLiteral, skipSpace } from "./literal.ts";
import type { Reading, Scanner } from "./scanner.ts";
import { createStreamParser, type Output, readCallsInText } from "./stream-parser.ts";

/** Text in which a list of calls, or a single one, follows one of the markers, and then perhaps `end`. */
export function createListParser(
  tools: readonly Tool[],
  markers: readonly string[],
  end: string,
): ToolCallParser {
  const names = new Set(tools.map((tool) => tool.name));
  return createStreamParser((scanner, out) =>
    readCallsInText(scanner, out, markers, () => readJsonList(scanner, out, names, end)),
  );
}

/**
 * Reads `[{"name": …, "arguments": {…}}, …]`, or one such object without the list, and `end` if it follows. What stands
 * in the list and is no call comes out as content. False: no call at all; then nothing was given out.
 */
export function* readJsonList(
  scanner: Scanner,
  out: Output,
  names: ReadonlySet<string>,
  end: string,
): Reading<boolean> {
  yield* skipSpace(scanner);
  const listed = (yield* scanner.match("[")) !== "";
  let called = false;
  let other = "";
  do {
    yield* skipSpace(scanner);
    const begin = scanner.mark();
    if (yield* readJsonCall(scanner, { ...out, call }, names, end)) continue;
    scanner.reset(begin);
    if (!(yield* skipLiteral(scanner))) break;
    if (called) out.content(scanner.since(begin));
    else other += scanner.since(begin);
  } while (listed && (yield* followsComma(scanner)));
  if (!called) return false;
  if (listed) yield* scanner.match("]");
  yield* skipSpace(scanner);
  yield* scanner.match(end);
  return true;

  function call(name: string): void {
    if (!called) out.content(other);
    called = true;
    out.call(name);
  }
}

function* followsComma(scanner: Scanner): Reading<boolean> {
  yield* skipSpace(scanner);
  return (yield* scanner.match(",")) !== "";
}

/** Takes one value; false: there is none whole, and nothing was taken. */
function* skipLiteral(scanner: Scanner): Reading<boolean> {
  const begin = scanner.mark();
  const whole = yield* readLiteral(scanner, () => {});
  if (!whole) scanner.reset(begin);
  return whole;
}

/** `begin`, the calls of a list without its brackets, `end`. */
export function listTag(tools: readonly Tool[], rules: CallRules, begin: string, end: string): TagGrammar {
  const tags = tools.map((tool) =>
    schemaTag(`{"name": ${JSON.stringify(tool.name)}, "arguments": `, tool, "}"),
  );
  return { type: "tag", begin, content: toCallsGrammar(tags, ", ", [], { ...rules, required: true }), end };
}

/** The calls as a JSON list. */
export function renderList(calls: readonly ToldCall[]): string {
  const items = calls.map(
    ({ name, arguments: text }) => `{"name": ${JSON.stringify(name)}, "arguments": ${text}}`,
  );
  return `[${items.join(", ")}]`;
}

/** `begin`, the tool's arguments as JSON, `end`. */
export function schemaTag(begin: string, tool: Tool, end: string): TagGrammar {
  return {
    type: "tag",
    begin,
    content: tool.grammar,
    end,
  };
}
