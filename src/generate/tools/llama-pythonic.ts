import type { ToolFormat } from "./format.ts";
import { readLiteral, skipSpace } from "./literal.ts";
import { toPythonicGrammar } from "./pythonic-grammar.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { createStreamParser, type Output, readCallsInText } from "./stream-parser.ts";

const openers = ["<|python_start|>", "<|python_tag|>"];
const closer = "<|python_end|>";

/**
 * Calls as Llama 3.2's small models and Llama 4 write them where a chat template asks for it: a Python list of calls with
 * named arguments, `[f(a=1, b="x"), g()]` (Meta's Llama 3.2 prompt format). Literals become JSON. The markers around it
 * are special tokens, without which the form is whole, so they are not asked for; nor is the last bracket.
 */
export const llamaPythonic: ToolFormat = {
  name: "llama-pythonic",
  specialTokens: false,
  markers: [...openers, closer],
  unmarked: true,
  matches: (template) => template.includes("[func_name1("),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, ["[", ...openers], (marker) =>
        readPythonicList(scanner, out, { names, opened: marker === "[", closer }),
      ),
    );
  },
  toGrammar: (tools, rules) => toPythonicGrammar(tools, rules),
};

export interface ListRules {
  names: ReadonlySet<string>;
  /** Its bracket was taken already. */
  opened: boolean;
  /** The marker that may stand behind it. */
  closer: string;
}

/** Takes a list of calls. False: there is none, and nothing was given out. */
export function* readPythonicList(
  scanner: Scanner,
  out: Output,
  { names, opened, closer }: ListRules,
): Reading<boolean> {
  yield* skipSpace(scanner);
  if (!opened) yield* scanner.match("[");
  const rules = { names, closer };
  if (!(yield* readCall(scanner, out, rules))) return false;
  for (;;) {
    scanner.forget();
    const begin = scanner.mark();
    yield* scanner.run(/[\s,]/);
    if (yield* readCall(scanner, out, rules)) continue;
    scanner.reset(begin);
    break;
  }
  const end = scanner.mark();
  yield* scanner.run(/[\s,]/);
  if ((yield* scanner.match("]")) === "") scanner.reset(end);
  yield* skipSpace(scanner);
  yield* scanner.match(closer);
  return true;
}

/** `name(key=value, …)`. From where it breaks, all up to the end goes out as it is. False: no call, nothing given out. */
function* readCall(
  scanner: Scanner,
  out: Output,
  { names, closer }: Pick<ListRules, "names" | "closer">,
): Reading<boolean> {
  yield* skipSpace(scanner);
  const name = yield* scanner.run(/[\w.-]/);
  if (!names.has(name) || (yield* scanner.match("(")) === "") return false;
  yield* skipSpace(scanner);
  let key = yield* readKey(scanner);
  if (key === "" && (yield* scanner.match(")")) === "") return false;
  out.call(name);
  out.arguments("{");
  while (key !== "") {
    out.arguments(`${JSON.stringify(key)}: `);
    key = "";
    yield* skipSpace(scanner);
    const whole = yield* readLiteral(scanner, (text) => {
      out.arguments(text);
      scanner.forget();
    });
    yield* skipSpace(scanner);
    if (whole && (yield* scanner.match(",")) !== "") {
      yield* skipSpace(scanner);
      key = yield* readKey(scanner);
      if (key !== "") out.arguments(", ");
    }
    if (key === "" && (!whole || (yield* scanner.match(")")) === "")) {
      yield* readUntil(scanner, [closer], out.arguments);
      return true;
    }
  }
  out.arguments("}");
  return true;
}

/** `key=`; "" if none comes, and then nothing was taken. */
function* readKey(scanner: Scanner): Reading<string> {
  const begin = scanner.mark();
  const key = yield* scanner.run(/[^\s=(),"'[\]{}]/);
  yield* skipSpace(scanner);
  if (key !== "" && (yield* scanner.match("=")) !== "") return key;
  scanner.reset(begin);
  return "";
}
