import type { ToolFormat } from "./format.ts";
import { channel, constrain, ends, message, start, toHarmonyGrammar } from "./harmony-grammar.ts";
import { readLiteral, skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { createStreamParser, type Output } from "./stream-parser.ts";

/** Of a header that never comes to its `<|message|>`, in characters: longer than any with a name of 64. */
const longestHeader = 256;
const recipient = "to=";
const marks = [start, channel, message, constrain, ...ends];

/**
 * gpt-oss (github.com/openai/harmony, docs/format.md): messages, each with a header that names its channel and, for a
 * call, its recipient, on either side of the channel. `analysis` is reasoning, `final` and `commentary` without a
 * recipient are content. The prompt has already written `<|start|>assistant`. An answer has at most one call: after it
 * the model ends. The models also write a call's header in the middle of a message.
 */
export const harmony: ToolFormat = {
  name: "harmony",
  specialTokens: true,
  markers: marks,
  readsAll: true,
  thoughtEnd: `<|end|>${start}assistant`,
  matches: (template) => template.includes(channel) && template.includes(message),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) => readAnswer(scanner, out, names));
  },
  toGrammar: toHarmonyGrammar,
};

function* readAnswer(scanner: Scanner, out: Output, names: ReadonlySet<string>): Reading<void> {
  yield* skipSpace(scanner);
  const addressed = (yield* scanner.match(recipient)) !== "";
  scanner.reset(0);
  if (addressed) yield* readMessage(scanner, out, names);
  for (;;) {
    yield* readBody(scanner, out, { names, give: out.content });
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
    const cut = /^<\|(start|channel)\|>/.test(scanner.since(begin)) && (yield* scanner.peek()) === "";
    // Of a header that is cut off there is nothing to show.
    if (cut && scanner.since(begin).length <= longestHeader) return true;
    scanner.reset(begin);
    return false;
  }
  const header = scanner.since(begin);
  const name = toRecipient(header);
  const spoken = /<\|channel\|>\s*(\w+)/.exec(header)?.[1];
  if (name !== undefined && names.has(name) && spoken !== "final") {
    if (yield* readCall(scanner, out, name)) return true;
    scanner.reset(begin + header.length);
  }
  const thinks = spoken === "analysis";
  yield* readBody(scanner, out, { names, give: thinks ? out.reasoning : out.content });
  if (thinks) out.endReasoning();
  yield* scanner.match(...ends);
  return true;
}

/** All up to the message's end or the next header, with calls whose header stands within it. */
function* readBody(
  scanner: Scanner,
  out: Output,
  { names, give }: { names: ReadonlySet<string>; give: (text: string) => void },
): Reading<void> {
  for (;;) {
    yield* readUntil(scanner, [...marks, recipient], (text) => {
      give(text);
      scanner.forget();
    });
    const begin = scanner.mark();
    const next = yield* scanner.match(message, constrain, recipient);
    if (next === "") return;
    if (next === recipient && (yield* readTail(scanner, out, { names, begin }))) return;
    scanner.reset(begin);
    give(yield* scanner.match(next));
  }
}

/** The rest of a header that began with its recipient, and its call. False: there is none, and nothing was given out. */
function* readTail(
  scanner: Scanner,
  out: Output,
  { names, begin }: { names: ReadonlySet<string>; begin: number },
): Reading<boolean> {
  yield* scanner.run(/[\w.-]/);
  const name = toRecipient(scanner.since(begin));
  if (name === undefined || !names.has(name)) return false;
  while ((yield* scanner.match(message)) === "") {
    const part = yield* scanner.match(channel, constrain);
    if (part === "" && (yield* scanner.run(/[\s\w]/)) === "") return false;
    if (scanner.since(begin).length > longestHeader) return false;
  }
  return yield* readCall(scanner, out, name);
}

function toRecipient(header: string): string | undefined {
  return /\bto=([^\s<]+)/.exec(header)?.[1]?.replace(/^functions\./, "");
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
