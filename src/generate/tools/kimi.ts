import type { Grammar, TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar } from "./call-grammar.ts";
import type { CallRules, RenderCalls, Tool, ToolFormat } from "./format.ts";
import { readLiteral, skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { createStreamParser, type Output, readCallsInText } from "./stream-parser.ts";

const sectionBegin = "<|tool_calls_section_begin|>";
const sectionEnd = "<|tool_calls_section_end|>";
const callBegin = "<|tool_call_begin|>";
const argumentBegin = "<|tool_call_argument_begin|>";
const callEnd = "<|tool_call_end|>";

const renderCalls: RenderCalls = (calls) => {
  const each = calls.map(
    ({ name, arguments: text }, index) =>
      `${callBegin}functions.${name}:${index}${argumentBegin}${text}${callEnd}`,
  );
  return `${sectionBegin}${each.join("")}${sectionEnd}`;
};

/**
 * Kimi K2, within a section: `<|tool_call_begin|>functions.name:0<|tool_call_argument_begin|>{…}<|tool_call_end|>`, the
 * number counting the conversation's calls (github.com/MoonshotAI/Kimi-K2, docs/tool_call_guidance.md). A call without
 * its section counts, and one whose name has no namespace or number.
 */
export const kimi: ToolFormat = {
  name: "kimi",
  specialTokens: true,
  markers: [sectionBegin, sectionEnd, callBegin, argumentBegin, callEnd],
  renderCalls,
  matches: (template) => template.includes(callBegin) && template.includes(argumentBegin),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, [sectionBegin, callBegin], (marker) =>
        readCall(scanner, out, names, marker === sectionBegin),
      ),
    );
  },
  toGrammar: (tools, rules) =>
    toCallsGrammar([toSection(tools, rules)], "", [sectionBegin], { ...rules, parallel: false }),
};

/** False: no call; then nothing was given out. */
function* readCall(
  scanner: Scanner,
  out: Output,
  names: ReadonlySet<string>,
  inSection: boolean,
): Reading<boolean> {
  yield* skipSpace(scanner);
  if (inSection && (yield* scanner.match(callBegin)) === "") return false;
  yield* skipSpace(scanner);
  const id = yield* scanner.run(/[\w.:-]/);
  const name = toName(id, names);
  yield* skipSpace(scanner);
  if (name === undefined || (yield* scanner.match(argumentBegin)) === "") return false;
  yield* skipSpace(scanner);
  if ((yield* scanner.peek()) !== "{") return false;
  out.call(name);
  if (!(yield* readLiteral(scanner, out.arguments))) {
    yield* readUntil(scanner, [callEnd, sectionEnd], out.arguments);
  }
  yield* scanner.run(/[}\s]/);
  yield* scanner.match(callEnd);
  const end = scanner.mark();
  yield* skipSpace(scanner);
  if ((yield* scanner.match(sectionEnd)) === "") scanner.reset(end);
  return true;
}

function toName(id: string, names: ReadonlySet<string>): string | undefined {
  const forms = [id, id.replace(/^functions\./, "")].flatMap((text) => [text, text.replace(/:\d+$/, "")]);
  return forms.find((form) => names.has(form));
}

function toSection(tools: readonly Tool[], rules: CallRules): TagGrammar {
  const calls = toCallsGrammar(tools.map(toTag), "", [], { ...rules, required: true });
  return { type: "tag", begin: sectionBegin, content: calls, end: sectionEnd };
}

function toTag({ name, grammar }: Tool): TagGrammar {
  const number: Grammar = { type: "regex", pattern: "[0-9]{1,3}" };
  const content: Grammar = {
    type: "concat",
    elements: [number, { type: "const", text: argumentBegin }, grammar],
  };
  return { type: "tag", begin: `${callBegin}functions.${name}:`, content, end: callEnd };
}
