import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { toChatHistoryPath } from "../../src/config/paths.ts";
import { openChatHistory } from "../../src/library/chat-history.ts";
import { readPicture } from "../../src/library/picture.ts";
import { action, UsageError } from "../action.ts";
import { readRepeated, toFlags, toServerArgs } from "../args.ts";
import type { ChatRequest } from "../chat/answer.ts";
import type { Missing } from "../chat/missing.ts";
import { mayAsk, readAsked } from "../chat/model.ts";
import { offerModel, type Person } from "../chat/offer.ts";
import { askOnce, readPiped, toTurns } from "../chat/once.ts";
import { reachServer } from "../chat/reach.ts";
import { runRepl } from "../chat/repl.ts";
import { confirm, isInteractive } from "../confirm.ts";
import { findServer } from "../server.ts";
import { untilStopped } from "../stop.ts";
import { toOneLine } from "../terminal.ts";

const args = {
  model: {
    type: "positional",
    valueHint: "model",
    required: false,
    description: "Its name, an alias or a preset; default: OV_DEFAULT_MODEL, or a loaded model",
  },
  "question...": {
    type: "positional",
    required: false,
    description: "Ask this and print the answer; piped text is its context. Without it: a conversation",
  },
  system: { type: "string", description: "Instructions for the model", valueHint: "text" },
  image: {
    type: "string",
    description: "A picture for the question; repeatable",
    valueHint: "file",
  },
  "max-tokens": { type: "string", description: "Most tokens of an answer", valueHint: "integer" },
  temperature: { type: "string", description: "0 to 2; default: the model's own", valueHint: "number" },
  json: { type: "boolean", description: "Print one object: answer, usage, timings" },
  history: {
    type: "boolean",
    default: true,
    negativeDescription: "Keep nothing of what is typed",
    description: "Keep what is typed for the next time",
  },
  start: {
    type: "boolean",
    description:
      "Where no server runs, start one without a question: the installed service, which stays, else one for this command",
  },
  ...toServerArgs(),
} as const;

export const chat = defineCommand({
  meta: { name: "chat", description: "Talk to a model of the running server, or ask one question" },
  args,
  run: action<typeof args>(async ({ args: given, rawArgs }) => {
    const tuning = readTuning(given["max-tokens"], given.temperature);
    const { system, json = false } = given;
    return await untilStopped(async (signal) => {
      const piped = await readPiped(signal);
      // Before a server is started and a model pulled for nothing.
      if (piped.trim() === "" && !mayAsk(given._)) refuseWithoutQuestion(given);
      const pictures = readRepeated(rawArgs, args, "image").map(readPicture);
      const server = findServer(given);
      const loaded = loadSettings({ flags: toFlags(given) });
      const start = given.start === true;
      const reached = await reachServer({ server, loaded, start, signal, report: writeNotice });
      try {
        const { defaultModel } = loaded.settings;
        const command = "ov-llm chat";
        const person = createShellPerson(signal);
        const findOther = async (missing: Missing) =>
          isInteractive() ? await offerModel(missing, { server, loaded, person, command }) : null;
        const naming = { server, command, findOther } as const;
        const { model, question } = await readAsked(naming, given._, defaultModel);
        if (question.trim() !== "" || piped.trim() !== "") {
          const messages = toTurns({ system, context: piped, question, pictures });
          const isTerminal = process.stdout.isTTY === true;
          const request = { ...tuning, model, messages };
          return await askOnce({ server, request, json, isTerminal, signal, report: writeNotice });
        }
        refuseWithoutQuestion(given);
        const path = toChatHistoryPath(loaded.variables);
        const history = given.history === false ? null : openChatHistory(path, writeNotice);
        return await runRepl({ server, loaded, model, system, tuning, history, signal });
      } finally {
        await reached.release();
      }
    });
  }),
});

/** Before there is a conversation: Ctrl-C ends the command. */
function createShellPerson(signal: AbortSignal): Person {
  return {
    confirm: (question, blank) => confirm(question, signal, blank),
    whileBusy: (work) => work(signal),
    report: async (sentence) => writeNotice(sentence),
  };
}

/** Throws UsageError for what makes no conversation. */
function refuseWithoutQuestion(given: { image?: string | undefined; json?: boolean | undefined }): void {
  if (given.image !== undefined) throw new UsageError(needsQuestion("--image"));
  if (given.json) throw new UsageError(needsQuestion("--json"));
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new UsageError('"ov-llm chat" requires a terminal or a question, as in: ov-llm chat MODEL "Why?"');
}

function needsQuestion(flag: string): string {
  return `${flag} of "ov-llm chat" requires a question, as in: ov-llm chat MODEL "Why?"`;
}

function readTuning(
  tokens: string | undefined,
  temperature: string | undefined,
): Omit<ChatRequest, "model" | "messages"> {
  return {
    ...(tokens !== undefined && {
      max_tokens: readNumber("--max-tokens", tokens, /^[1-9]\d{0,6}$/, "a whole number from 1"),
    }),
    ...(temperature !== undefined && {
      temperature: readNumber(
        "--temperature",
        temperature,
        /^(?:[01](?:\.\d+)?|2(?:\.0+)?)$/,
        "a number from 0 to 2",
      ),
    }),
  };
}

function readNumber(flag: string, text: string, form: RegExp, expected: string): number {
  if (form.test(text)) return Number(text);
  throw new UsageError(`Cannot use ${JSON.stringify(text)} for ${flag}: expected ${expected}.`);
}

/** What goes on, for a person; the answer alone goes to stdout. */
function writeNotice(sentence: string): void {
  process.stderr.write(`${toOneLine(sentence)}\n`);
}
