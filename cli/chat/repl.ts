import { expandPath } from "../../src/config/paths.ts";
import { toReason } from "../../src/errors.ts";
import type { ChatHistory } from "../../src/library/chat-history.ts";
import { readPicture } from "../../src/library/picture.ts";
import type { Server } from "../server.ts";
import { paint, terminalWidth, toOneLine, writeBytes, writeError, writeOut } from "../terminal.ts";
import type { ChatRequest, ChatTurn } from "./answer.ts";
import { type Answer, ask } from "./ask.ts";
import { createDraft } from "./draft.ts";
import { createLineEditor, type Typed } from "./line-editor.ts";
import { chooseModel, listTalkers } from "./model.ts";
import { hasColors, toQuestion } from "./once.ts";
import { createPrinter } from "./printer.ts";
import { saveConversation } from "./save.ts";
import { parseSlash, renderSlashHelp, type Slash } from "./slash.ts";

export interface ReplOptions {
  server: Server;
  model: string;
  system: string | undefined;
  /** How to answer: a limit of tokens, a temperature. */
  tuning: Omit<ChatRequest, "model" | "messages">;
  /** null: nothing is kept. */
  history: ChatHistory | null;
  signal: AbortSignal;
}

/** A conversation on a terminal until somebody ends it; the exit code. */
export async function runRepl(options: ReplOptions): Promise<number> {
  const { server, tuning, history, signal } = options;
  const talk = createTalk(options);
  const lines = createLineEditor({
    input: process.stdin,
    output: process.stdout,
    history: history?.lines ?? [],
    keep: (text) => history?.add(text),
    signal,
  });
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

  await writeNote(`Chat with ${JSON.stringify(talk.model())} at ${server.url}. /help lists the commands.`);
  try {
    for (let input = await readInput(); input !== undefined; input = await readInput()) {
      const slash = parseSlash(input);
      if (slash?.name === "exit") return 0;
      if (slash === null) await answer(input.trim());
      else await talk.run(slash).catch((error: unknown) => writeError(toReason(error)));
    }
    signal.throwIfAborted();
    await writeOut("\n");
    return 0;
  } finally {
    lines.close();
  }
}

/** The conversation, and the commands that change it. */
function createTalk({ server, model: first, system: given }: ReplOptions) {
  let model = first;
  let system = given ?? "";
  let said: ChatTurn[] = [];
  let pictures: string[] = [];
  const saved = new Set<string>();
  const turns = (): ChatTurn[] => (system === "" ? said : [{ role: "system", content: system }, ...said]);

  async function changeModel(name: string): Promise<void> {
    if (name === "") {
      const names = await listTalkers(server);
      return await writeNote(
        ...names.map((one) => `${one === model ? "*" : " "} ${one}`),
        "/model NAME continues with another.",
      );
    }
    model = await chooseModel(server, name);
    await writeNote(`The next answers are from ${JSON.stringify(model)}.`);
  }

  async function changeSystem(text: string): Promise<void> {
    if (text === "") return await writeNote(system === "" ? "There are no instructions." : system);
    system = text === '""' ? "" : text;
    await writeNote(system === "" ? "The instructions are removed." : "The instructions are set.");
  }

  async function addPicture(file: string): Promise<void> {
    pictures = file === "" ? [] : [...pictures, readPicture(expandPath(file))];
    const count = pictures.length === 1 ? "One picture goes" : `${pictures.length} pictures go`;
    await writeNote(pictures.length === 0 ? "No picture waits." : `${count} with the next message.`);
  }

  async function save(file: string): Promise<void> {
    if (file === "") return writeError("/save requires a file, as in /save chat.md");
    await writeNote(`Saved in ${JSON.stringify(saveConversation(file, model, turns(), saved))}.`);
  }

  return {
    model: () => model,
    turns,
    /** Those that the next message shows, as `data:` URLs. */
    pictures: () => pictures,
    /** What a failure broke off is not kept, so that the same question can be asked again. */
    async keep(question: ChatTurn, { text, reason, failure }: Answer): Promise<void> {
      const isStopped = failure instanceof Error && failure.message === "interrupted";
      if (failure !== undefined && !isStopped) {
        writeError(toReason(failure));
        await writeNote("This question is not part of the conversation; the Up key recalls it.");
        if (pictures.length > 0)
          await writeNote("Its pictures will go with the next one; /image drops them.");
        return;
      }
      if (isStopped) await writeNote("Stopped.");
      if (text === "") return;
      if (reason === "length") await writeNote("The answer was cut off at the token limit (--max-tokens).");
      pictures = [];
      said = [...said, question, { role: "assistant", content: text }];
    },
    async run(slash: Slash): Promise<void> {
      switch (slash.name) {
        case "model":
          return await changeModel(slash.rest);
        case "system":
          return await changeSystem(slash.rest);
        case "image":
          return await addPicture(slash.rest);
        case "save":
          return await save(slash.rest);
        case "clear":
          said = [];
          return await writeNote("The conversation is forgotten.");
        case "help":
          return void (await writeOut(renderSlashHelp(terminalWidth())));
        case "unknown":
          return writeError(slash.problem);
        case "exit":
          return;
      }
    },
  };
}

/** What is neither a question nor an answer. */
async function writeNote(...lines: string[]): Promise<void> {
  await writeOut(lines.map((line) => `${paint("dim", toOneLine(line))}\n`).join(""));
}
