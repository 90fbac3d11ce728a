import type { Grammar } from "../../protocol/grammar.ts";
import { toCallsGrammar } from "./call-grammar.ts";
import type { CallRules, Tool, ToolFormat } from "./format.ts";
import { listTag, readJsonList, schemaTag } from "./json-list.ts";
import { readLiteral, skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { createStreamParser, type Output, readCallsInText } from "./stream-parser.ts";

const marker = "[TOOL_CALLS]";
const callId = "[CALL_ID]";
const args = "[ARGS]";

/**
 * Mistral: `[TOOL_CALLS] [{"name": …, "arguments": {…}, "id": …}, …]` up to tokenizer v7, and
 * `[TOOL_CALLS]name{…}`, `[TOOL_CALLS]name[CALL_ID]id[ARGS]{…}` or `[TOOL_CALLS]name[ARGS]{…}` from v11 on, once for each
 * call (chat templates of the models; mistral-common's tokenizers). A model keeps to the one that it learnt, so the
 * grammar allows both.
 */
export const mistral: ToolFormat = {
  name: "mistral",
  specialTokens: true,
  markers: [marker, callId, args],
  matches: (template) => template.includes(marker),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, [marker], () => readCalls(scanner, out, names)),
    );
  },
  toGrammar,
};

function* readCalls(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<boolean> {
  yield* skipSpace(scanner);
  const next = yield* scanner.peek();
  if (next === "[" || next === "{") return yield* readJsonList(scanner, out, names, "");
  if (!(yield* readNamedCall(scanner, out, names))) return false;
  for (;;) {
    const begin = scanner.mark();
    yield* skipSpace(scanner);
    const more = (yield* scanner.match(",")) !== "" && (yield* readNamedCall(scanner, out, names));
    if (more) continue;
    scanner.reset(begin);
    return true;
  }
}

/** False: no call; then nothing was given out. */
function* readNamedCall(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<boolean> {
  yield* skipSpace(scanner);
  const name = yield* scanner.run(/[\w.-]/);
  if (!names.has(name)) return false;
  yield* skipSpace(scanner);
  if ((yield* scanner.match(callId)) !== "") yield* scanner.run(/[\w-]/);
  yield* scanner.match(args);
  yield* skipSpace(scanner);
  if ((yield* scanner.peek()) !== "{") return false;
  out.call(name);
  if (!(yield* readLiteral(scanner, out.arguments))) yield* readUntil(scanner, [marker], out.arguments);
  return true;
}

function toGrammar(tools: readonly Tool[], rules: CallRules): Grammar {
  const tags = [
    listTag(tools, rules, `${marker}[`, "]"),
    listTag(tools, rules, `${marker} [`, "]"),
    ...tools.map((tool) => schemaTag(`${marker}${tool.name}${args}`, tool, "")),
    ...tools.map((tool) => schemaTag(`${marker}${tool.name}`, tool, "")),
  ];
  return toCallsGrammar(tags, "", [marker], rules);
}
