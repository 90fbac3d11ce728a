import { fstatSync } from "node:fs";
import { isErrorCode, OvError, toReason } from "../../src/errors.ts";
import { reportError, UsageError } from "../action.ts";
import type { Server } from "../server.ts";
import { writeBytes, writeError, writeOut } from "../terminal.ts";
import type { ChatRequest, ChatTurn } from "./answer.ts";
import { type Answer, ask } from "./ask.ts";
import { createPrinter, type Printer } from "./printer.ts";

const mostInput = 8_000_000;

export interface OnceOptions {
  server: Server;
  request: ChatRequest;
  json: boolean;
  isTerminal: boolean;
  signal: AbortSignal;
  report: (sentence: string) => void;
}

/** One question, one answer; the exit code. What came before a failure stays. */
export async function askOnce(options: OnceOptions): Promise<number> {
  const { server, request, json, isTerminal, signal, report } = options;
  const printer = json ? silent : createPrinter({ write: writeBytes, isTerminal, hasColors: hasColors() });
  const answer = await ask({ server, request, printer, signal, report });
  if (json) await writeOut(`${JSON.stringify(toJson(request.model, answer), null, 2)}\n`);
  if (answer.failure !== undefined) {
    signal.throwIfAborted();
    return reportError(answer.failure);
  }
  if (answer.reason === "length") report("The answer was cut off at the token limit (--max-tokens).");
  return 0;
}

const silent: Printer = { print: async () => true, end: async () => {} };

export function hasColors(): boolean {
  return Bun.enableANSIColors;
}

function toJson(model: string, { text, reasoning, reason, usage, timings, failure }: Answer) {
  const error = failure === undefined ? {} : { error: toError(failure) };
  return { model, answer: text, reasoning, finish_reason: reason, usage, timings, ...error };
}

function toError(failure: unknown): { code: string; message: string } {
  const code = failure instanceof OvError && isErrorCode(failure.code) ? failure.code : "internal_error";
  return { code, message: toReason(failure) };
}

export interface OnceQuestion {
  system: string | undefined;
  /** What was piped in. */
  context: string;
  question: string;
  /** As `data:` URLs. */
  pictures: string[];
}

/** Pictures and context first, the question last: models follow what they read last. */
export function toTurns({ system, context, question, pictures }: OnceQuestion): ChatRequest["messages"] {
  const text = [context.trimEnd(), question].filter((part) => part.trim() !== "").join("\n\n");
  const instructions = system === undefined || system === "" ? [] : [toSystem(system)];
  return [...instructions, toQuestion(text, pictures)];
}

const toSystem = (content: string): ChatTurn => ({ role: "system", content });

/** `pictures`: as `data:` URLs, before the text. */
export function toQuestion(text: string, pictures: readonly string[]): ChatTurn {
  if (pictures.length === 0) return { role: "user", content: text };
  const shown = pictures.map((url) => ({ type: "image_url" as const, image_url: { url } }));
  return { role: "user", content: [...shown, { type: "text", text }] };
}

/**
 * What was piped in, "" where nothing was: a terminal or /dev/null has nothing to read. Throws UsageError for what is no
 * text, or too long for any model.
 */
export async function readPiped(signal: AbortSignal): Promise<string> {
  const { isFile, isFIFO, isSocket } = describeStdin();
  if (!isFile && !isFIFO && !isSocket) return "";
  const reminder = setTimeout(() => writeError("waiting for the end of the standard input"), 5000);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = Bun.stdin.stream().getReader();
  const stop = () => void reader.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      chunks.push(value);
      size += value.length;
      if (size > mostInput)
        throw new UsageError(`Cannot use more than ${mostInput} bytes of standard input.`);
    }
  } finally {
    clearTimeout(reminder);
    signal.removeEventListener("abort", stop);
  }
  return decode(Buffer.concat(chunks));
}

function describeStdin(): { isFile: boolean; isFIFO: boolean; isSocket: boolean } {
  try {
    const stats = fstatSync(0);
    return { isFile: stats.isFile(), isFIFO: stats.isFIFO(), isSocket: stats.isSocket() };
  } catch {
    return { isFile: false, isFIFO: false, isSocket: false };
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError("Cannot use the standard input: it is not UTF-8 text.");
  }
}
