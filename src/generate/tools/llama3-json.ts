import type { TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar } from "./call-grammar.ts";
import type { Tool, ToolFormat } from "./format.ts";
import { readJsonCall } from "./json-call.ts";
import { skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { createStreamParser, type Output } from "./stream-parser.ts";

const openers = ["<|python_tag|>", "<|python_start|>"];
const closer = "<|python_end|>";
/** The first keys of a call as models write it; an object that begins with another is an answer in JSON. */
const firstKeys = ["name", "type", "function", "id", "parameters", "arguments"].map((key) => `"${key}"`);

/**
 * Calls as Llama 3.1 to 4 write them: the answer is nothing but a JSON object with `name` and `parameters`, or several
 * with ";" or line breaks between them (Meta's model cards and chat templates). A call further on in the text counts
 * only after `<|python_tag|>`; that and its like are special tokens, without which the form is whole, so they are not
 * asked for.
 */
export const llama3Json: ToolFormat = {
  name: "llama3-json",
  specialTokens: false,
  markers: [...openers, closer],
  unmarked: true,
  matches: (template) => /\\?"parameters\\?": dictionary of argument name/.test(template),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) => readAnswer(scanner, out, names));
  },
  toGrammar(tools, rules) {
    const triggers = tools.map(({ name }) => `{"name": ${JSON.stringify(name)}`);
    return toCallsGrammar(tools.map(toTag), "; ", triggers, rules);
  },
};

function toTag({ name, grammar }: Tool): TagGrammar {
  return {
    type: "tag",
    begin: `{"name": ${JSON.stringify(name)}, "parameters": `,
    content: grammar,
    end: "}",
  };
}

/** Calls, then text, in which an opening marker may lead to calls again. */
function* readAnswer(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<void> {
  for (;;) {
    const begin = scanner.mark();
    yield* skipSpace(scanner);
    const opener = yield* scanner.match(...openers);
    if (!(yield* readCalls(scanner, out, names))) {
      scanner.reset(begin);
      out.content(yield* scanner.run(/\s/));
      out.content(yield* scanner.match(...openers));
    }
    if (opener === "" && (yield* scanner.peek()) === "") return;
    yield* readUntil(scanner, openers, (text) => {
      out.content(text);
      scanner.forget();
    });
    scanner.forget();
  }
}

/** One call or more. False: none, and nothing was given out. */
function* readCalls(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<boolean> {
  let any = false;
  for (;;) {
    const begin = scanner.mark();
    yield* scanner.run(any ? /[\s;,]/ : /\s/);
    if (any) yield* scanner.match(...openers);
    if (!(yield* beginsCall(scanner)) || !(yield* readJsonCall(scanner, out, names, closer))) {
      scanner.reset(begin);
      break;
    }
    any = true;
    scanner.forget();
  }
  if (!any) return false;
  yield* skipSpace(scanner);
  yield* scanner.match(closer);
  const end = scanner.mark();
  yield* scanner.run(/[\s;]/);
  if ((yield* scanner.peek()) !== "") scanner.reset(end);
  return true;
}

function* beginsCall(scanner: Scanner): Reading<boolean> {
  const begin = scanner.mark();
  const brace = yield* scanner.match("{");
  yield* skipSpace(scanner);
  const key = yield* scanner.match(...firstKeys);
  scanner.reset(begin);
  return brace !== "" && key !== "";
}
