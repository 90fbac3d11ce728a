import type { Grammar, TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar, toConcat, toUnion } from "./call-grammar.ts";
import type { CallRules, Tool, ToolFormat } from "./format.ts";
import { skipSpace } from "./literal.ts";
import { type NamedParameters, readNameAttribute, readNamedParameters } from "./named-parameters.ts";
import { readUntilTag } from "./raw-value.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import { toPropertyGrammars } from "./schema-types.ts";
import { createStreamParser, type Output } from "./stream-parser.ts";

const start = "<|start|>";
const message = "<|message|>";
const messageEnd = "<|eom|>";
const ends = [messageEnd, "<|eot|>"];
const marks = [start, message, ...ends];

const callsOpen = "<atem:function_calls>";
const callsClose = "</atem:function_calls>";
const invokeOpen = "<atem:invoke";
const invokeClose = "</atem:invoke>";
const parameterOpen = "<atem:parameter";
const parameterClose = "</atem:parameter>";

const recipient = "to=";
/** Of a header that never comes to its `<|message|>`, in characters: longer than any with a name of 64. */
const longestHeader = 256;

/**
 * Onyx (OpenVINO Model Server's chat template and parsers of that name): messages, each with a header that names whom it
 * addresses. `self` is reasoning, `user` content, and a tool's name stands before a call, which is written in tags, each
 * value as raw text. The prompt has already written `<|start|>assistant`. Each of several calls is a message of its own.
 *
 * A call counts wherever it stands and whatever the header says. The outer tags may be missing. The grammar gives
 * parameters in the schema's order, and holds text as schema-types.ts says.
 */
export const onyx: ToolFormat = {
  name: "onyx",
  specialTokens: true,
  markers: marks,
  readsAll: true,
  thoughtEnd: `${messageEnd}${start}assistant`,
  matches: (template) => template.includes(callsOpen) && template.includes(message),
  createParser(tools) {
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    return createStreamParser((scanner, out) => readAnswer(scanner, out, byName));
  },
  toGrammar,
};

type Tools = ReadonlyMap<string, Tool>;

function* readAnswer(scanner: Scanner, out: Output, tools: Tools): Reading<void> {
  yield* skipSpace(scanner);
  const addressed = (yield* scanner.match(recipient)) !== "";
  scanner.reset(0);
  if (addressed) yield* readMessage(scanner, out, tools);
  for (;;) {
    yield* readBody(scanner, out, { tools, give: out.content });
    if ((yield* scanner.match(...ends)) !== "") continue;
    if ((yield* scanner.peek()) === "") return;
    if (yield* readMessage(scanner, out, tools)) continue;
    out.content(yield* scanner.match(start, message));
  }
}

/** False: there is no header; then nothing was taken. */
function* readMessage(scanner: Scanner, out: Output, tools: Tools): Reading<boolean> {
  const begin = scanner.mark();
  const isWhole = yield* readHeader(scanner);
  const header = scanner.since(begin);
  if (!isWhole) {
    // Of a header that is cut off there is nothing to show.
    if ((yield* scanner.peek()) === "" && header.length <= longestHeader) return true;
    scanner.reset(begin);
    return false;
  }
  const thinks = /\bto=self\b/.test(header);
  yield* readBody(scanner, out, { tools, give: thinks ? out.reasoning : out.content });
  if (thinks) out.endReasoning();
  yield* scanner.match(...ends);
  return true;
}

function* readHeader(scanner: Scanner): Reading<boolean> {
  const begin = scanner.mark();
  yield* scanner.match(start);
  while ((yield* scanner.match(message)) === "") {
    const broken = (yield* scanner.match(start, ...ends)) !== "" || (yield* scanner.take()) === "";
    if (broken || scanner.since(begin).length > longestHeader) return false;
  }
  return true;
}

/** All up to the message's end or the next header, calls included. */
function* readBody(
  scanner: Scanner,
  out: Output,
  { tools, give }: { tools: Tools; give: (text: string) => void },
): Reading<void> {
  for (;;) {
    yield* readUntil(scanner, [...marks, callsOpen, invokeOpen], (text) => {
      give(text);
      scanner.forget();
    });
    const begin = scanner.mark();
    const open = yield* scanner.match(callsOpen, invokeOpen);
    if (open === "") return;
    if (yield* readCalls(scanner, out, { tools, open })) continue;
    scanner.reset(begin);
    give(yield* scanner.match(open));
  }
}

/** Behind an opening tag. False: no call of a tool follows; then nothing was given out. */
function* readCalls(
  scanner: Scanner,
  out: Output,
  { tools, open }: { tools: Tools; open: string },
): Reading<boolean> {
  if (open === callsOpen) {
    yield* skipSpace(scanner);
    if ((yield* scanner.match(invokeOpen)) === "") return false;
  }
  const tool = tools.get((yield* readNameAttribute(scanner)) ?? "");
  if (tool === undefined) return false;
  out.call(tool.name);
  yield* readNamedParameters(scanner, out, { ...parameters, tool });
  yield* skipSpace(scanner);
  yield* scanner.match(callsClose);
  return true;
}

const followers = [parameterOpen, invokeClose, callsClose, ...marks];
const parameters: NamedParameters = {
  open: parameterOpen,
  close: invokeClose,
  followers,
  readValue: (scanner, give) => readUntilTag(scanner, give, { tag: parameterClose, followers }),
};

function toGrammar(tools: readonly Tool[], rules: CallRules): Grammar {
  if (!rules.required) return toCallsGrammar(tools.map(toCalls), "", [callsOpen], rules);
  const separator = `${messageEnd}${start}assistant`;
  const calls = toCallsGrammar(tools.map(toMessage), separator, [], rules);
  return toUnion([{ type: "concat", elements: [thought, calls] }, calls]);
}

const thought: TagGrammar = {
  type: "tag",
  begin: ` ${recipient}self${message}`,
  content: { type: "any_text" },
  end: `${messageEnd}${start}assistant`,
};

/** A call with its header, as the first thing that is said. */
function toMessage(tool: Tool): TagGrammar {
  const { begin, ...calls } = toCalls(tool);
  return { ...calls, begin: ` ${recipient}${tool.name}${message}${begin}` };
}

function toCalls({ name, parameters }: Tool): TagGrammar {
  const elements = toPropertyGrammars(parameters, (name, content) => ({
    type: "tag",
    begin: `${parameterOpen} name="${name}">`,
    content,
    end: `${parameterClose}\n`,
  }));
  return {
    type: "tag",
    begin: `${callsOpen}\n${invokeOpen} name="${name}">\n`,
    content: toConcat(elements),
    end: `${invokeClose}\n${callsClose}`,
  };
}
