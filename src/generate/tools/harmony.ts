import type { Grammar, TagGrammar } from "../../protocol/grammar.ts";
import { toUnion } from "./call-grammar.ts";
import type { CallRules, Tool, ToolFormat } from "./format.ts";
import { schemaTag } from "./json-list.ts";
import { readLiteral, skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { createStreamParser, type Output } from "./stream-parser.ts";

const start = "<|start|>";
const channel = "<|channel|>";
const message = "<|message|>";
/** `<|call|>` and `<|return|>` end the answer: an engine may leave them out of the text. */
const ends = ["<|end|>", "<|call|>", "<|return|>"];
/** Of a header that never comes to its `<|message|>`, in characters: longer than any with a name of 64. */
const longestHeader = 256;

/**
 * gpt-oss (github.com/openai/harmony, docs/format.md): messages, each with a header that names its channel and, for a
 * call, its recipient, on either side of the channel. `analysis` is reasoning, `final` and `commentary` without a
 * recipient are content. The prompt has already written `<|start|>assistant`. An answer has at most one call: after it
 * the model ends.
 */
export const harmony: ToolFormat = {
  name: "harmony",
  specialTokens: true,
  readsAll: true,
  matches: (template) => template.includes(channel) && template.includes(message),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) => readAnswer(scanner, out, names));
  },
  toGrammar,
};

function* readAnswer(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<void> {
  yield* skipSpace(scanner);
  const addressed = (yield* scanner.match("to=")) !== "";
  scanner.reset(0);
  if (addressed) yield* readMessage(scanner, out, names);
  for (;;) {
    yield* readUntil(scanner, [start, channel, ...ends], out.content);
    scanner.forget();
    if ((yield* scanner.match(...ends)) !== "") continue;
    if ((yield* scanner.peek()) === "") return;
    if (yield* readMessage(scanner, out, names)) continue;
    out.content(yield* scanner.match(start, channel));
  }
}

/** False: there is no header; then nothing was taken. */
function* readMessage(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<boolean> {
  const begin = scanner.mark();
  if (!(yield* readHeader(scanner))) {
    scanner.reset(begin);
    return false;
  }
  const header = scanner.since(begin);
  const name = /\bto=([^\s<]+)/.exec(header)?.[1]?.replace(/^functions\./, "");
  const spoken = /<\|channel\|>\s*(\w+)/.exec(header)?.[1];
  if (name !== undefined) {
    if (names.has(name) && spoken !== "final" && (yield* readCall(scanner, out, name))) return true;
    scanner.reset(begin + header.length);
    out.content(header);
  }
  const give = name === undefined && spoken === "analysis" ? out.reasoning : out.content;
  yield* readUntil(scanner, [start, channel, ...ends], (text) => {
    give(text);
    scanner.forget();
  });
  yield* scanner.match(...ends);
  return true;
}

function* readHeader(scanner: Scanner): Reading<boolean> {
  const begin = scanner.mark();
  yield* scanner.match(start, channel);
  while ((yield* scanner.match(message)) === "") {
    const broken = (yield* scanner.match(start, ...ends)) !== "" || (yield* scanner.take()) === "";
    if (broken || scanner.since(begin).length > longestHeader) return false;
  }
  return true;
}

/** False: no arguments; then nothing was given out. */
function* readCall(scanner: Scanner, out: Output, name: string): Reading<boolean> {
  yield* skipSpace(scanner);
  const empty = (yield* scanner.match(...ends)) !== "";
  if (!empty && (yield* scanner.peek()) !== "{") return false;
  out.call(name);
  if (empty) out.arguments("{}");
  else if (yield* readLiteral(scanner, out.arguments)) yield* scanner.run(/[}\s]/);
  else yield* readUntil(scanner, [start, channel, ...ends], out.arguments);
  yield* scanner.match(...ends);
  return true;
}

const answers = ["analysis", "commentary", "final"];

function toGrammar(tools: readonly Tool[], { required }: CallRules): Grammar {
  const first = tools.flatMap((tool) => [inChannel(tool, ""), inRole(tool, "")]);
  const later = tools.flatMap((tool) => [
    inChannel(tool, `${start}assistant`),
    inRole(tool, `${start}assistant`),
  ]);
  if (required) return toUnion([{ type: "concat", elements: [thinking, toUnion(first)] }, toUnion(first)]);
  const free = answers.map((name): Grammar => ({ type: "const", text: `${channel}${name}${message}` }));
  return toUnion([once(first), { type: "concat", elements: [toUnion(free), triggered(later)] }]);
}

const thinking: TagGrammar = {
  type: "tag",
  begin: `${channel}analysis${message}`,
  content: { type: "any_text" },
  end: `<|end|>${start}assistant`,
};

/** `<|call|>` is no part of the tags: it ends the answer, and the engine lets no such token stand for its text. */
function inChannel(tool: Tool, before: string): TagGrammar {
  return schemaTag(
    `${before}${channel}commentary to=functions.${tool.name} <|constrain|>json${message}`,
    tool,
    "",
  );
}

function inRole(tool: Tool, before: string): TagGrammar {
  return schemaTag(`${before} to=functions.${tool.name}${channel}commentary json${message}`, tool, "");
}

/** The engine wants all members of a union to be of open length, or none; this makes one of them of open length. */
function once(tags: TagGrammar[]): Grammar {
  return { type: "tags_with_separator", separator: "\n", tags, at_least_one: true, stop_after_first: true };
}

function triggered(tags: TagGrammar[]): Grammar {
  const triggers = [`${start}assistant${channel}commentary to=`, `${start}assistant to=`];
  return { type: "triggered_tags", triggers, tags, at_least_one: false, stop_after_first: true };
}
