import type { LoadedSettings } from "../../src/config/load.ts";
import { toReason } from "../../src/errors.ts";
import type { ChatHistory } from "../../src/library/chat-history.ts";
import { askYesNo } from "../convert/asker.ts";
import type { Server } from "../server.ts";
import { toOneLine, writeBytes, writeError, writeOut } from "../terminal.ts";
import type { ChatRequest } from "./answer.ts";
import { ask } from "./ask.ts";
import { createDraft } from "./draft.ts";
import { createLineEditor, Interrupted, type LineEditor, type Typed } from "./line-editor.ts";
import { offerModel, type Person } from "./offer.ts";
import { hasColors, toQuestion } from "./once.ts";
import { createPrinter } from "./printer.ts";
import { parseSlash } from "./slash.ts";
import { createTalk, writeNote } from "./talk.ts";

export interface ReplOptions {
  server: Server;
  /** Where a model is pulled to. */
  loaded: LoadedSettings;
  model: string;
  system: string | undefined;
  /** How to answer: a limit of tokens, a temperature. */
  tuning: Omit<ChatRequest, "model" | "messages">;
  /** null: nothing is kept. */
  history: ChatHistory | null;
  signal: AbortSignal;
}

/** A question was answered by the end of the session. */
class SessionEnded extends Error {}

/** A conversation on a terminal until somebody ends it; the exit code. */
export async function runRepl(options: ReplOptions): Promise<number> {
  const { server, loaded, model, system, tuning, history, signal } = options;
  const lines = createLineEditor({
    input: process.stdin,
    output: process.stdout,
    history: history?.lines ?? [],
    keep: (text) => history?.add(text),
    signal,
  });
  const offer = { server, loaded, person: createChatPerson(lines), command: "/model" } as const;
  const talk = createTalk({ server, model, system, findOther: (missing) => offerModel(missing, offer) });
  const draft = createDraft();
  const printer = createPrinter({ write: writeBytes, isTerminal: true, hasColors: hasColors() });
  let isLeaving = false;

  /** The next message or command; undefined: the session is over. */
  async function readInput(): Promise<string | undefined> {
    for (;;) {
      const typed = await lines.readLine(draft.isOpen() ? "... " : ">>> ");
      if (typed.type === "end") return undefined;
      if (typed.type === "interrupt") {
        if (isLeaving && !typed.hadText) return undefined;
        await noteInterrupt(typed);
        continue;
      }
      isLeaving = false;
      const text = draft.add(typed.text);
      if (text !== undefined && text.trim() !== "") return text;
    }
  }

  async function noteInterrupt({ hadText }: Extract<Typed, { type: "interrupt" }>): Promise<void> {
    isLeaving = !hadText && !draft.isOpen();
    draft.clear();
    if (isLeaving) await writeNote("Press Ctrl-C again, or Ctrl-D, to quit.");
  }

  async function answer(question: string): Promise<void> {
    const asked = toQuestion(question, talk.pictures());
    const request = { ...tuning, model: talk.model(), messages: [...talk.turns(), asked] };
    const given = await lines.whileBusy((own) =>
      ask({ server, request, printer, signal: own, report: (sentence) => void writeNote(sentence) }),
    );
    signal.throwIfAborted();
    await talk.keep(asked, given);
  }

  async function noteFailure(command: string, error: unknown): Promise<void> {
    signal.throwIfAborted();
    if (error instanceof Interrupted) await writeNote(`Stopped. ${JSON.stringify(command)} continues.`);
    else if (!(error instanceof SessionEnded)) writeError(toReason(error));
  }

  await writeNote(`Chat with ${JSON.stringify(talk.model())} at ${server.url}. /help lists the commands.`);
  try {
    for (let input = await readInput(); input !== undefined; input = await readInput()) {
      const slash = parseSlash(input);
      if (slash?.name === "exit") return 0;
      if (slash === null) await answer(input.trim());
      else await talk.run(slash).catch((error: unknown) => noteFailure(input.trim(), error));
    }
    signal.throwIfAborted();
    await writeOut("\n");
    return 0;
  } finally {
    lines.close();
  }
}

/** During the conversation: Ctrl-C ends the work, or means no. Its questions throw SessionEnded at the end of the input. */
function createChatPerson(lines: LineEditor): Person {
  async function ask(question: string): Promise<string> {
    const typed = await lines.readAnswer(`${question} `);
    if (typed.type === "end") throw new SessionEnded();
    return typed.type === "line" ? typed.text.trim() : "n";
  }
  return {
    confirm: (question, blank) => askYesNo(ask, toOneLine(question), blank),
    whileBusy: lines.whileBusy,
    report: writeNote,
  };
}
