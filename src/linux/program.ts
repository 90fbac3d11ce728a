import { startAlarm } from "../alarm.ts";
import { shorten, toReason } from "../errors.ts";
import { forEachLine } from "./lines.ts";

/** Environment variables of a process. Where options leave them out, a child gets those of this process. */
export type Variables = Record<string, string | undefined>;

export interface RunOptions {
  variables?: Variables | undefined;
  /** Longest time for the run, in milliseconds; then it is killed. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Each line of either stream as it comes, shortened and free of addresses. */
  onLine?: ((line: string) => void) | undefined;
}

export interface Run {
  stdout: string;
  /** One sentence part on how it failed; null: it ended with exit code 0. */
  reason: string | null;
}

/** Runs a program to its end. Never throws for a program that is not there, fails, hangs or is killed. */
export async function runProgram(command: string[], options: RunOptions = {}): Promise<Run> {
  if (options.signal?.aborted === true) return { stdout: "", reason: stopped };
  const tail = createTail();
  const output = { text: "" };
  try {
    const child = Bun.spawn(command, {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      ...(options.variables === undefined ? {} : { env: options.variables }),
    });
    let cause: string | null = null;
    const { timeoutMs = Number.POSITIVE_INFINITY } = options;
    using _alarm = startAlarm(timeoutMs, () => {
      cause = `it gave no answer within ${timeoutMs / 1000} s and was ended`;
      child.kill("SIGKILL");
    });
    const stop = () => {
      cause = stopped;
      child.kill("SIGTERM");
    };
    options.signal?.addEventListener("abort", stop, { once: true });
    const seen = (line: string) => {
      tail.add(line.trim());
      options.onLine?.(shortenLine(line));
    };
    const read = Promise.all([
      forEachLine(child.stdout, seen, (text) => {
        output.text += text;
      }),
      forEachLine(child.stderr, seen),
    ]);
    const code = await child.exited;
    // What happens from here on did not end it.
    const ended = cause;
    await settleWithin(read, 1000);
    options.signal?.removeEventListener("abort", stop);
    return { stdout: output.text, reason: explainEnd(code, child.signalCode, ended, tail.last()) };
  } catch (error) {
    return { stdout: "", reason: toReason(error) };
  }
}

const stopped = "it was stopped";

/** What tar ends with, whatever the error was that it named before. */
const tarEnd = /^tar: (Child returned|Error is not recoverable|Exiting with failure)/;

/** A grandchild may hold the pipes open after its parent was killed: what it says is not waited for. */
async function settleWithin(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

function explainEnd(
  code: number,
  signal: string | number | null,
  cause: string | null,
  lastLine: string | null,
): string | null {
  if (code === 0) return null;
  if (cause !== null) return cause;
  if (signal !== null) return `it was ended by ${signal}`;
  return lastLine ?? `it ended with exit code ${code} and no message`;
}

/**
 * Keeps the line that says best why a program failed: the last one that names an error, else the last one
 * that is not a hint or a warning.
 */
function createTail(): { add(line: string): void; last(): string | null } {
  let plain: string | null = null;
  let error: string | null = null;
  return {
    add(line) {
      if (/^(hint|notice|warning|\[notice\]|note)\b/i.test(line) || tarEnd.test(line)) return;
      if (/^(error\b|\S*(error|exception)\b:)/i.test(line)) error = line;
      plain = line;
    },
    last: () => {
      const line = error ?? plain;
      return line === null ? null : shortenLine(line, 300);
    },
  };
}

/** Addresses are cut to their file name: they may hold credentials of a package index. */
export function shortenLine(line: string, width = 100): string {
  const text = line
    .replace(/\/\/[^/\s@]+@/g, "//")
    .replace(/\b[a-z+]+:\/\/\S*?([^/\s?#]*)(?:[?#]\S*)?(?=[\s,;)]|$)/gi, "$1")
    .replace(/\s+/g, " ")
    .trim();
  return shorten(text, width);
}
