import { type ArgsDef, type CommandDef, runCommand } from "citty";
import { version } from "../src/version.ts";
import { reportError, UsageError } from "./action.ts";
import { checkArgs, renderFlaglessSettings, renderSetting } from "./args.ts";
import { renderExitCodes } from "./convert/exit.ts";
import { type Commands, describeAll, describeCommand } from "./help/describe.ts";
import { renderHelp } from "./help/render.ts";
import { terminalWidth, writeOut } from "./terminal.ts";
import { renderUnknown } from "./unknown.ts";

/** Loaded when called: `models` and `health` never pay for the server's code. */
const commands: Commands = {
  serve: () => import("./commands/serve.ts").then(({ serve }) => serve),
  chat: () => import("./commands/chat.ts").then(({ chat }) => chat),
  pull: () => import("./commands/pull.ts").then(({ pull }) => pull),
  catalog: () => import("./commands/catalog.ts").then(({ catalog }) => catalog),
  list: () => import("./commands/models.ts").then(({ models }) => toVerb(models, "list")),
  ps: () => import("./commands/ps.ts").then(({ ps }) => ps),
  show: () => import("./commands/show.ts").then(({ show }) => show),
  stop: () =>
    import("./commands/models/unload.ts").then(({ unload }) =>
      toVerb(unload, "stop", "Unload a model, after its running requests; stop-server stops the server"),
    ),
  rm: () => import("./commands/models/rm.ts").then(({ rm }) => toVerb(rm, "rm")),
  convert: () => import("./commands/convert.ts").then(({ convert }) => convert),
  models: () => import("./commands/models.ts").then(({ models }) => models),
  health: () => import("./commands/health.ts").then(({ health }) => health),
  mesh: () => import("./commands/mesh.ts").then(({ mesh }) => mesh),
  doctor: () => import("./commands/doctor.ts").then(({ doctor }) => doctor),
  tune: () => import("./commands/tune.ts").then(({ tune }) => tune),
  status: () => import("./commands/service.ts").then(({ status }) => status),
  start: () => import("./commands/service.ts").then(({ start }) => start),
  "stop-server": () => import("./commands/service.ts").then(({ stopServer }) => stopServer),
  restart: () => import("./commands/service.ts").then(({ restart }) => restart),
  logs: () => import("./commands/logs.ts").then(({ logs }) => logs),
  upgrade: () => import("./commands/upgrade.ts").then(({ upgrade }) => upgrade),
  setup: () => import("./commands/setup.ts").then(({ setup }) => setup),
  completion: () =>
    import("./commands/completion.ts").then(({ createCompletion }) => createCompletion(commands)),
  man: () => import("./commands/man.ts").then(({ createMan }) => createMan(commands, description)),
  version: () => import("./commands/version.ts").then(({ version: command }) => command),
};

/** Other spellings; no help and no list names them. */
const synonyms: Commands = {
  ls: () => import("./commands/models.ts").then(({ models }) => toVerb(models, "ls")),
  run: () => import("./commands/chat.ts").then(({ chat }) => toVerb(chat, "run")),
};

/** A command under a word that people know, without the commands below it. */
function toVerb<Args extends ArgsDef>(
  command: CommandDef<Args>,
  name: string,
  description?: string,
): CommandDef<Args> {
  const { subCommands: _below, ...verb } = command;
  return { ...verb, meta: { ...verb.meta, name, ...(description !== undefined && { description }) } };
}

/** Commands about models that people also look for below `models`. */
const modelVerbs = ["list", "ls", "show", "pull", "convert", "ps"];

/** What ov-llm calls itself, never a person: no help and no list names it. */
const internal: Commands = {
  "chat-server": () => import("./commands/chat-server.ts").then(({ chatServer }) => chatServer),
  "engine-host": () => import("./commands/engine-host.ts").then(({ engineHost }) => engineHost),
  "pull-host": () => import("./commands/pull-host.ts").then(({ pullHost }) => pullHost),
};

const description =
  "Serves models on Intel hardware over the APIs of OpenAI, Anthropic, Ollama and llama.cpp";

/** Runs one command line to its exit code; never throws and never ends the process. */
export async function runProgram(rawArgs: string[]): Promise<number> {
  try {
    const [name, ...rest] = rawArgs;
    if (name === undefined || isHelp(name)) return await showProgram();
    if (name === "help") return await runHelp(rest);
    if (name === "--version" || name === "-v") return await show(`${version}\n`);
    return await runNamed(name, rest);
  } catch (error) {
    return reportError(error);
  }
}

/** `help TOPIC` is `TOPIC --help`; a setting is a topic, too. */
async function runHelp(topic: string[]): Promise<number> {
  const [first] = topic;
  if (first === undefined || isHelp(first)) return await showProgram();
  if (first.startsWith("OV_")) return await show(renderSetting(first));
  return await runNamed(first, [...topic.slice(1), "--help"]);
}

async function runNamed(name: string, rest: string[]): Promise<number> {
  const command = await findCommand({ ...commands, ...synonyms, ...internal }, name);
  if (command === undefined) throw new UsageError(await toUnknown(name));
  const subCommands = typeof command.subCommands === "function" ? undefined : await command.subCommands;
  const [word, ...others] = rest;
  if (subCommands === undefined || word === undefined || word.startsWith("-")) {
    return await runOne(command, name, rest);
  }
  const subCommand = await findCommand(subCommands, word);
  if (subCommand === undefined) {
    if (name === "models" && modelVerbs.includes(word)) return await runNamed(word, others);
    const parent = { name, names: Object.keys(subCommands) };
    throw new UsageError(renderUnknown(word, Object.keys(commands), parent));
  }
  return await runOne(subCommand, `${name} ${word}`, others);
}

/** A word that is a command below `models` is found there. */
async function toUnknown(name: string): Promise<string> {
  const below = await (await findCommand(commands, "models"))?.subCommands;
  if (below !== undefined && typeof below !== "function" && Object.hasOwn(below, name))
    return `Unknown command ${JSON.stringify(name)}: did you mean "ov-llm models ${name}"? See "ov-llm --help".`;
  return renderUnknown(name, Object.keys(commands));
}

async function findCommand(among: Commands, name: string): Promise<CommandDef | undefined> {
  const load = Object.hasOwn(among, name) ? among[name] : undefined;
  return await (typeof load === "function" ? load() : load);
}

/** `name` is all of the command's words, as `models add`. */
async function runOne(command: CommandDef, name: string, rawArgs: string[]): Promise<number> {
  const args = typeof command.args === "function" ? await command.args() : await command.args;
  if (rawArgs.some(isHelp)) return await showHelp(command, name);
  checkArgs(rawArgs, args ?? {}, `ov-llm ${name}`);
  const { result } = await runCommand(command, { rawArgs });
  return typeof result === "number" ? result : 0;
}

async function showProgram(): Promise<number> {
  const help = {
    words: "",
    description,
    arguments: [],
    flags: [],
    commands: await describeAll(commands),
    takesModel: false,
  };
  return await show(renderHelp(help, terminalWidth()));
}

async function showHelp(command: CommandDef, name: string): Promise<number> {
  const notes: Record<string, () => string> = {
    serve: renderFlaglessSettings,
    convert: renderExitCodes,
  };
  const note = Object.hasOwn(notes, name) ? notes[name]?.() : "";
  return await show(renderHelp(await describeCommand(command, name), terminalWidth(), note));
}

async function show(text: string): Promise<number> {
  await writeOut(text);
  return 0;
}

function isHelp(argument: string): boolean {
  return argument === "--help" || argument === "-h";
}

if (import.meta.main) process.exit(await runProgram(process.argv.slice(2)));
