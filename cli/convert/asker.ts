import { isatty } from "node:tty";
import type { Ask } from "../../src/convert/options.ts";
import { OvError } from "../../src/errors.ts";
import { toOneLine } from "../terminal.ts";

export interface Asker {
  /** The answer to one question, trimmed. Throws the signal's reason when it aborts, and when the input ends. */
  ask(question: string): Promise<string>;
  /** `blank`: what an empty line means. */
  confirm(question: string, blank?: boolean): Promise<boolean>;
  close(): void;
}

export interface AskerOptions {
  /** The standard input; when it is a terminal that is closed, this process gets SIGHUP. */
  input: NodeJS.ReadStream;
  write: (text: string) => void;
  signal: AbortSignal;
}

/** The questions of a conversion. */
export function toAsk(asker: Asker): Ask {
  return {
    name: (folder, blank) => asker.ask(`Custom name for ${toOneLine(folder)}? Blank for empty: [${blank}]`),
    allowCode: ({ repo, revision = "an unknown revision", path, files }) =>
      asker.confirm(
        toOneLine(
          `${repo} (${revision}) comes with Python files: ${files.join(", ")}. Its conversion runs them on this machine, as you; read them in ${path}. Run them?`,
        ),
        false,
      ),
    async confirmPlan() {
      const isConfirmed = await asker.confirm("Continue?");
      asker.close();
      return isConfirmed;
    },
  };
}

/** Asks until the answer is yes or no. `blank`: what an empty line means. */
export async function askYesNo(ask: Asker["ask"], question: string, blank: boolean): Promise<boolean> {
  for (;;) {
    const answer = (await ask(`${question} ${blank ? "[Y/n]" : "[y/N]"}`)).toLowerCase();
    if (answer === "") return blank;
    if (["y", "yes"].includes(answer)) return true;
    if (["n", "no"].includes(answer)) return false;
  }
}

/**
 * Asks over a terminal that edits and echoes the lines itself, so that Ctrl-C remains a signal at any moment. Answers
 * that were typed ahead count for the next questions.
 */
export function createAsker({ input, write, signal }: AskerOptions): Asker {
  let text = "";
  let ended = false;
  let isClosed = false;
  let wake = () => {};
  const take = (chunk: string) => {
    text += chunk;
    wake();
  };
  const end = () => {
    if (ended || isClosed) return;
    // The signal of a terminal that was closed may arrive later, or only at the shell.
    isClosed = input.isTTY && !isatty(0);
    ended = !isClosed;
    if (isClosed) process.kill(process.pid, "SIGHUP");
    else wake();
  };
  const stop = () => wake();
  input.setEncoding("utf8");
  // A terminal that is gone does not end, it only closes.
  input.on("data", take).on("end", end).on("close", end);
  // One that an earlier asker has paused does not go on by itself.
  input.resume();
  signal.addEventListener("abort", stop);

  async function readLine(): Promise<string> {
    for (;;) {
      signal.throwIfAborted();
      const [line, ...rest] = text.split("\n");
      if (line !== undefined && rest.length > 0) {
        text = rest.join("\n");
        return line.trim();
      }
      if (ended) {
        const what = "The input ended before all questions were answered; nothing was changed";
        throw new OvError("conversion_failed", { what });
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  }

  async function ask(question: string): Promise<string> {
    write(`${question} `);
    return await readLine();
  }

  return {
    ask,
    confirm: (question, blank = true) => askYesNo(ask, question, blank),
    close() {
      signal.removeEventListener("abort", stop);
      input.off("data", take).off("end", end).off("close", end);
      input.pause();
    },
  };
}
