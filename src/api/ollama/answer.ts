import type { AnswerPart, ChoicePart, EndReason, Usage } from "../../generate/parts.ts";
import type { TokenLogprob } from "../../protocol/generate.ts";
import type { StreamEvent } from "../dialect.ts";
import { renderObject, toObjectText } from "./json-text.ts";
import type { Logprob } from "./response.ts";
import { type createTiming, toTime } from "./timing.ts";

/** Some of an answer's content, or all of it. */
export interface Content {
  text: string;
  thinking: string;
  /** JSON texts. */
  calls: readonly string[];
  logprobs: readonly TokenLogprob[];
}

export interface AnswerOptions {
  /** As the request named it. */
  model: string;
  logprobs: boolean;
  now: () => Date;
  timing: ReturnType<typeof createTiming>;
  /** Where the content stands in an answer: fields of JSON text. */
  frame: (content: Content) => Record<string, string | undefined>;
}

const nothing: Content = { text: "", thinking: "", calls: [], logprobs: [] };

/** Content in /api/chat's answers. */
export function frameMessage({ text, thinking, calls }: Content): Record<string, string | undefined> {
  const message = {
    role: '"assistant"',
    content: JSON.stringify(text),
    thinking: thinking === "" ? undefined : JSON.stringify(thinking),
    tool_calls: calls.length === 0 ? undefined : `[${calls.join(",")}]`,
  };
  return { message: renderObject(message) };
}

/** Content in /api/generate's answers, which call no tools. */
export function frameResponse({ text, thinking }: Content): Record<string, string | undefined> {
  return {
    response: JSON.stringify(text),
    thinking: thinking === "" ? undefined : JSON.stringify(thinking),
  };
}

/** The answer line by line, each with a piece of its content; the last one has none but counts and times. */
export async function* toLines(
  parts: AsyncIterable<ChoicePart>,
  options: AnswerOptions,
): AsyncGenerator<StreamEvent> {
  const read = createReader();
  for await (const { part } of parts) {
    options.timing.see(part);
    const piece = read(part);
    if (piece) yield { data: renderAnswer(piece, null, options) };
    if (part.type === "end") yield { data: renderAnswer(nothing, part, options) };
  }
}

/** The whole answer as JSON text; throws what the parts throw. */
export async function collectAnswer(
  parts: AsyncIterable<ChoicePart>,
  options: AnswerOptions,
): Promise<string> {
  const read = createReader();
  const pieces: Content[] = [];
  let end: End = { reason: "stop", usage: noUsage };
  for await (const { part } of parts) {
    options.timing.see(part);
    const piece = read(part);
    if (piece) pieces.push(piece);
    if (part.type === "end") end = part;
  }
  return renderAnswer(join(pieces), end, options);
}

function join(pieces: readonly Content[]): Content {
  return {
    text: pieces.map(({ text }) => text).join(""),
    thinking: pieces.map(({ thinking }) => thinking).join(""),
    calls: pieces.flatMap(({ calls }) => calls),
    logprobs: pieces.flatMap(({ logprobs }) => logprobs),
  };
}

/** Makes content of parts; a call only when it is whole, as Ollama's clients read arguments as an object. */
function createReader() {
  let called = { id: "", name: "", text: "" };
  return (part: AnswerPart): Content | null => {
    switch (part.type) {
      case "text":
        return { ...nothing, text: part.text, logprobs: part.logprobs };
      case "reasoning":
        return { ...nothing, thinking: part.text };
      case "call_start":
        called = { id: part.id, name: part.name, text: "" };
        return null;
      case "call_arguments":
        called.text += part.text;
        return null;
      case "call_end": {
        const text = toObjectText(called.text);
        return text === null ? null : { ...nothing, calls: [renderCall(part.call, called, text)] };
      }
      default:
        return null;
    }
  };
}

function renderCall(index: number, { id, name }: { id: string; name: string }, text: string): string {
  const called = renderObject({ index: String(index), name: JSON.stringify(name), arguments: text });
  return renderObject({ id: JSON.stringify(id), function: called });
}

interface End {
  reason: EndReason;
  usage: Usage;
}

const noUsage: Usage = { promptTokens: 0, cachedTokens: 0, newTokens: 0, reasoningTokens: 0 };

/** `end`: null in all lines but the last. */
function renderAnswer(content: Content, end: End | null, options: AnswerOptions): string {
  const { model, now, frame, timing } = options;
  const logprobs = options.logprobs && content.logprobs.length > 0;
  return renderObject({
    model: JSON.stringify(model),
    created_at: JSON.stringify(toTime(now())),
    ...frame(content),
    done: String(end !== null),
    ...(end && renderEnd(end, timing.read())),
    logprobs: logprobs ? JSON.stringify(content.logprobs.map(toLogprob)) : undefined,
  });
}

function renderEnd({ reason, usage }: End, times: ReturnType<AnswerOptions["timing"]["read"]>) {
  return {
    // Ollama has no word for calls.
    done_reason: JSON.stringify(reason === "calls" ? "stop" : reason),
    total_duration: String(times.total_duration),
    load_duration: String(times.load_duration),
    prompt_eval_count: String(usage.promptTokens),
    prompt_eval_duration: String(times.prompt_eval_duration),
    eval_count: String(usage.newTokens),
    eval_duration: String(times.eval_duration),
  };
}

/** Without `bytes` where a token is no whole text of its own. */
function toLogprob({ token, logprob }: TokenLogprob): Logprob {
  const isText = token !== "" && !token.includes("\uFFFD");
  return { token, logprob, ...(isText && { bytes: [...new TextEncoder().encode(token)] }) };
}
