import { createInterface } from "node:readline";
import { Writable } from "node:stream";

export type Typed =
  /** With line breaks where several lines were pasted at once. */
  | { type: "line"; text: string }
  /** Ctrl-C; `hadText`: it dropped a line that had something on it. */
  | { type: "interrupt"; hadText: boolean }
  /** Ctrl-D, or the terminal is gone. */
  | { type: "end" };

/** Ctrl-C ended work. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface LineEditor {
  readLine(prompt: string): Promise<Typed>;
  /** The answer to a question, which no history keeps. Lines that were entered before the question wait for the next `readLine`. */
  readAnswer(question: string): Promise<Typed>;
  /**
   * Work that Ctrl-C aborts; throws Interrupted where it fails after that. What is typed meanwhile is not shown, and counts for
   * the next prompt.
   */
  whileBusy<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  close(): void;
}

export interface LineEditorOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** Lines of earlier sessions, the oldest first. */
  history: string[];
  /** Gets each text as soon as it is entered, whatever comes of it. */
  keep: (text: string) => void;
  /** Ends the session, whatever it is doing. */
  signal: AbortSignal;
}

/** A terminal that knows it marks what is pasted (xterm's "Bracketed Paste Mode"); others ignore these. */
const markPastes = "\u001B[?2004h";
const unmarkPastes = "\u001B[?2004l";

/** A terminal with an edited line, for as long as the session lasts: what is pasted meanwhile is not lost. */
export function createLineEditor({ input, output, history, keep, signal }: LineEditorOptions): LineEditor {
  const screen = createScreen(output);
  const typed: Typed[] = [];
  let wake = () => {};
  let interrupt: (() => void) | null = null;
  let isClosed = false;
  let isPasting = false;
  let isAsking = false;
  let hasEnded = false;
  let pasted: string[] = [];
  const lines = createInterface({
    input,
    output: screen.stream,
    terminal: true,
    history: history.toReversed(),
    historySize: 1000,
    // Completion has nothing to offer; a tab is a tab.
    tabSize: 4,
  });

  function push(event: Typed): void {
    typed.push(event);
    wake();
  }

  /** What is pasted is one text, sent by the Enter that somebody presses after it. */
  function onLine(line: string): void {
    // What is half typed when the input ends, readline takes for a line.
    if (hasEnded) return;
    pasted.push(line);
    if (isPasting) return;
    const text = pasted.join("\n");
    pasted = [];
    if (!isAsking) keep(text);
    isAsking = false;
    push({ type: "line", text });
  }

  /** Readline adds each line before it reports it. */
  function onHistory(kept: string[]): void {
    if (isAsking) kept.shift();
  }

  function onEnd(): void {
    hasEnded = true;
  }

  function onKey(_text: unknown, key: { name?: string } | undefined): void {
    if (key?.name === "paste-start") isPasting = true;
    if (key?.name === "paste-end") isPasting = false;
  }

  function onInterrupt(): void {
    if (interrupt !== null) {
      interrupt();
      return;
    }
    const hadText = lines.line !== "" || pasted.length > 0;
    pasted = [];
    screen.stream.write("^C\n");
    screen.mute(true);
    lines.write(null, { ctrl: true, name: "e" });
    lines.write(null, { ctrl: true, name: "u" });
    screen.mute(false);
    push({ type: "interrupt", hadText });
  }

  function onClose(): void {
    if (isClosed) return;
    isClosed = true;
    input.off("keypress", onKey);
    input.off("close", onClose);
    input.off("end", onEnd);
    output.write(unmarkPastes);
    push({ type: "end" });
  }

  function stop(): void {
    try {
      lines.close();
    } catch {
      onClose();
    }
  }

  // Before readline's own.
  input.prependListener("end", onEnd);
  lines.on("history", onHistory);
  lines.on("line", onLine);
  input.on("keypress", onKey);
  // A terminal that is gone refuses to leave raw mode: readline's own close throws then, and reports no end.
  input.on("close", onClose);
  output.write(markPastes);
  lines.on("SIGINT", onInterrupt);
  lines.on("close", onClose);
  signal.addEventListener("abort", stop, { once: true });

  async function next(): Promise<Typed> {
    for (;;) {
      const first = typed.shift();
      if (first !== undefined) return first;
      if (isClosed) return { type: "end" };
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  }

  function show(prompt: string): void {
    if (isClosed) return;
    lines.setPrompt(prompt);
    lines.prompt(true);
  }

  return {
    async readLine(prompt) {
      const [ahead] = typed;
      if (ahead?.type === "line") output.write(`${prompt}${ahead.text}\n`);
      else show(prompt);
      return await next();
    },
    async readAnswer(question) {
      const ahead = typed.splice(0);
      isAsking = true;
      show(question);
      try {
        return await next();
      } finally {
        isAsking = false;
        typed.unshift(...ahead);
      }
    },
    async whileBusy(work) {
      const controller = new AbortController();
      interrupt = () => controller.abort(new Interrupted("interrupted"));
      screen.mute(true);
      try {
        return await work(AbortSignal.any([signal, controller.signal]));
      } catch (error) {
        controller.signal.throwIfAborted();
        throw error;
      } finally {
        interrupt = null;
        screen.mute(false);
      }
    },
    close() {
      signal.removeEventListener("abort", stop);
      stop();
    },
  };
}

/** What readline draws on; muted, it draws nothing into an answer. */
function createScreen(output: NodeJS.WriteStream) {
  let isMuted = false;
  const stream = new Writable({
    write(chunk, _encoding, done) {
      if (!isMuted) output.write(chunk);
      done();
    },
  });
  Object.defineProperty(stream, "columns", { get: () => output.columns });
  output.on("resize", () => stream.emit("resize"));
  return {
    stream,
    mute(value: boolean) {
      isMuted = value;
    },
  };
}
