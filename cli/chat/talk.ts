import { expandPath } from "../../src/config/paths.ts";
import { toReason } from "../../src/errors.ts";
import { readPicture } from "../../src/library/picture.ts";
import type { Server } from "../server.ts";
import { paint, terminalWidth, toOneLine, writeError, writeOut } from "../terminal.ts";
import type { ChatTurn } from "./answer.ts";
import type { Answer } from "./ask.ts";
import { Interrupted } from "./line-editor.ts";
import type { Missing } from "./missing.ts";
import { chooseModel, listTalkers } from "./model.ts";
import { saveConversation } from "./save.ts";
import { renderSlashHelp, type Slash } from "./slash.ts";

export interface TalkOptions {
  server: Server;
  model: string;
  system: string | undefined;
  /** The name to take for a model that is missing; null: nobody wants what was offered. */
  findOther(missing: Missing): Promise<string | null>;
}

/** The conversation, and the commands that change it. */
export function createTalk({ server, model: first, system: given, findOther }: TalkOptions) {
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
    const chosen = await chooseModel({ server, command: "/model", findOther }, name);
    const still = chosen === null ? "still " : "";
    model = chosen ?? model;
    await writeNote(`The next answers are ${still}from ${JSON.stringify(model)}.`);
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
      const isStopped = failure instanceof Interrupted;
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
export async function writeNote(...lines: string[]): Promise<void> {
  await writeOut(lines.map((line) => `${paint("dim", toOneLine(line))}\n`).join(""));
}
