import { toCallsGrammar } from "./call-grammar.ts";
import type { ToolFormat } from "./format.ts";
import { toArguments } from "./gemma-grammar.ts";
import { readObject } from "./gemma-value.ts";
import { skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { createStreamParser, type Output, readCallsInText } from "./stream-parser.ts";

const dialects = [
  { begin: "<|tool_call>", end: "<tool_call|>", quote: '<|"|>' },
  { begin: "<start_function_call>", end: "<end_function_call>", quote: "<escape>" },
];
const thought = { begin: "<|channel>", end: "<channel|>" };
/** Where the models stop for the answer to a call. */
const responses = ["<|tool_response>", "<start_function_response>"];

/**
 * Gemma 4, `<|tool_call>call:name{key:<|"|>text<|"|>,other:1}<tool_call|>`, and FunctionGemma, with
 * `<start_function_call>`, `<end_function_call>` and `<escape>` instead (ai.google.dev/gemma/docs, function calling, and
 * the chat templates). Gemma 4 thinks in `<|channel>thought … <channel|>`. Gemma 1 to 3 have no form of their own
 * (the documentation leaves it to the prompt): their templates do not match.
 */
export const gemma: ToolFormat = {
  name: "gemma",
  specialTokens: true,
  markers: [...dialects.flatMap(({ begin, end }) => [begin, end]), thought.begin, thought.end, ...responses],
  matches: (template) => dialects.some(({ begin }) => template.includes(`${begin}call:`)),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    const markers = [...dialects.map(({ begin }) => begin), thought.begin, ...responses];
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, markers, function* (marker) {
        if (responses.includes(marker)) return true;
        if (marker === thought.begin) return yield* readThought(scanner, out, names);
        return yield* readCall(scanner, out, names);
      }),
    );
  },
  toGrammar: (tools, rules) =>
    toCallsGrammar(
      dialects.flatMap(({ begin, end, quote }) =>
        tools.map(({ name, parameters }) => ({
          type: "tag" as const,
          begin: `${begin}call:${name}`,
          content: toArguments(parameters, quote),
          end,
        })),
      ),
      "",
      dialects.map(({ begin }) => `${begin}call:`),
      rules,
    ),
};

/** To the end of the thought, or of a call that ends it. */
function* readThought(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<boolean> {
  if ((yield* scanner.match("thought")) === "") return false;
  yield* skipSpace(scanner);
  const begins = dialects.map(({ begin }) => begin);
  for (;;) {
    yield* readUntil(scanner, [thought.end, ...begins], (text) => {
      out.reasoning(text);
      scanner.forget();
    });
    const start = scanner.mark();
    const marker = yield* scanner.match(thought.end, ...begins);
    if (!begins.includes(marker)) break;
    if (yield* readCall(scanner, out, names)) return true;
    scanner.reset(start);
    out.reasoning(yield* scanner.match(marker));
  }
  out.endReasoning();
  yield* skipSpace(scanner);
  return true;
}

/** False: no call; then nothing was given out. */
function* readCall(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<boolean> {
  yield* skipSpace(scanner);
  yield* scanner.match("call:");
  const path = yield* scanner.run(/[\w.:-]/);
  // Names of several servers' tools come with the server's: call:files:mcp:read
  const name = names.has(path) ? path : (path.split(":").at(-1) ?? "");
  yield* skipSpace(scanner);
  const brace = yield* scanner.peek();
  if (!names.has(name) || (brace !== "{" && brace !== "(")) return false;
  out.call(name);
  const ends = dialects.map(({ end }) => end);
  if (!(yield* readObject(scanner, out.arguments))) yield* readUntil(scanner, ends, out.arguments);
  yield* scanner.run(/[)}\s]/);
  yield* scanner.match(...ends);
  return true;
}
