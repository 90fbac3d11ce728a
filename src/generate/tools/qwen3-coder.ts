import type { TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar, toConcat } from "./call-grammar.ts";
import type { Tool, ToolFormat } from "./format.ts";
import { skipSpace } from "./literal.ts";
import { readRawValue } from "./raw-value.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { toPropertyGrammars, toPropertyTypes } from "./schema-types.ts";
import { createStreamParser, type Output, readCallsInText } from "./stream-parser.ts";

const open = "<tool_call>";
const close = "</tool_call>";
const functionOpen = "<function=";
const functionClose = "</function>";
const parameterOpen = "<parameter=";
const parameterClose = "</parameter>";
/** What may end a value; the line break before belongs to the form. */
const valueEnds = [`\n${parameterClose}`, parameterClose, `\n${functionClose}`, functionClose];

/**
 * Calls as Qwen3-Coder and Qwen3.5 write them: tags for the function and each parameter, the values as raw text (their
 * chat templates; Qwen/Qwen3-Coder-30B-A3B-Instruct). The outer tags and a value's closing one may be missing.
 *
 * The grammar gives parameters in the schema's order. It does not hold text to `pattern`, `format` and lengths, and where
 * text is one of several types, or no type is named, takes any text; parameters that the schema does not name are not
 * offered.
 */
export const qwen3Coder: ToolFormat = {
  name: "qwen3-coder",
  specialTokens: false,
  markers: [],
  matches: (template) => [open, functionOpen, parameterOpen].every((tag) => template.includes(tag)),
  createParser(tools) {
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, [open, functionOpen], function* (marker) {
        yield* skipSpace(scanner);
        if (marker === open && (yield* scanner.match(functionOpen)) === "") return false;
        const tool = byName.get((yield* scanner.run(/[^>\n]/)).trim());
        if (tool === undefined || (yield* scanner.match(">")) === "") return false;
        out.call(tool.name);
        yield* readParameters(scanner, out, tool);
        yield* skipSpace(scanner);
        yield* scanner.match(close);
        return true;
      }),
    );
  },
  toGrammar: (tools, rules) => toCallsGrammar(tools.map(toTag), "\n", [`${open}\n${functionOpen}`], rules),
};

/** All up to the function's closing tag. What stands between the parameters means nothing. */
function* readParameters(scanner: Scanner, out: Output, tool: Tool): Reading<void> {
  out.arguments("{");
  for (let before = ""; ; before = ", ") {
    yield* readUntil(scanner, [parameterOpen, functionClose, close], () => {});
    const next = yield* scanner.match(parameterOpen, functionClose);
    if (next !== parameterOpen) {
      if (next !== "" || (yield* scanner.peek()) !== "") out.arguments("}");
      return;
    }
    const name = (yield* scanner.run(/[^>\n]/)).trim();
    if ((yield* scanner.peek()) === "") return;
    yield* scanner.match(">");
    yield* scanner.match("\n");
    out.arguments(`${before}${JSON.stringify(name)}: `);
    yield* readRawValue(scanner, out.arguments, {
      types: toPropertyTypes(name, tool.parameters),
      read: (give) => readRaw(scanner, give),
    });
  }
}

/** A value's raw text. A closing tag that nothing of the form follows is part of it. False: the text ended before. */
function* readRaw(scanner: Scanner, give: (text: string) => void): Reading<boolean> {
  for (;;) {
    yield* readUntil(scanner, valueEnds, give);
    const begin = scanner.mark();
    const end = yield* scanner.match(...valueEnds);
    if (end === "") return false;
    const after = scanner.mark();
    yield* skipSpace(scanner);
    const followers = end.endsWith(functionClose) ? [close] : [parameterOpen, functionClose, close];
    const ends = (yield* scanner.match(...followers)) !== "" || (yield* scanner.peek()) === "";
    scanner.reset(ends && end.endsWith(parameterClose) ? after : begin);
    if (ends) return true;
    give(yield* scanner.match(end));
  }
}

function toTag({ name, parameters }: Tool): TagGrammar {
  const elements = toPropertyGrammars(parameters, (name, content) => ({
    type: "tag",
    begin: `${parameterOpen}${name}>\n`,
    content,
    end: `\n${parameterClose}\n`,
  }));
  return {
    type: "tag",
    begin: `${open}\n${functionOpen}${name}>\n`,
    content: toConcat(elements),
    end: `${functionClose}\n${close}`,
  };
}
