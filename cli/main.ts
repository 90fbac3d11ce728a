import { type CommandDef, defineCommand, renderUsage, runCommand } from "citty";
import { version } from "../src/version.ts";
import { reportError, UsageError } from "./action.ts";
import { checkArgs, renderFlaglessSettings } from "./args.ts";
import { writeOut } from "./terminal.ts";

// citty's own type for commands whose arguments differ.
type Commands = Extract<NonNullable<CommandDef["subCommands"]>, Record<string, unknown>>;

/** Loaded when called: `models` and `health` never pay for the server's code. */
const commands: Commands = {
  serve: () => import("./commands/serve.ts").then(({ serve }) => serve),
  models: () => import("./commands/models.ts").then(({ models }) => models),
  health: () => import("./commands/health.ts").then(({ health }) => health),
  setup: () => import("./commands/setup.ts").then(({ setup }) => setup),
};

const program = defineCommand({
  meta: {
    name: "ov-llm",
    version,
    description: "Serves language models on Intel hardware with the OpenAI API",
  },
  subCommands: commands,
});

/** Runs one command line to its exit code; never throws and never ends the process. */
export async function runProgram(rawArgs: string[]): Promise<number> {
  try {
    const [name, ...rest] = rawArgs;
    if (name === undefined || isHelp(name)) return await showHelp(program);
    if (name === "--version" || name === "-v") return await show(`${version}\n`);
    return await runNamed(name, rest);
  } catch (error) {
    return reportError(error);
  }
}

async function runNamed(name: string, rest: string[]): Promise<number> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) throw new UsageError(toUnknown(name));
  const command = await (typeof load === "function" ? load() : load);
  const args = typeof command.args === "function" ? await command.args() : await command.args;
  if (rest.some(isHelp)) return await showHelp(command, name);
  checkArgs(rest, args ?? {}, `ov-llm ${name}`);
  const { result } = await runCommand(command, { rawArgs: rest });
  return typeof result === "number" ? result : 0;
}

async function showHelp(command: CommandDef, name?: string): Promise<number> {
  const usage = name === undefined ? await renderUsage(command) : await renderUsage(command, program);
  const note = name === "serve" ? `\n${renderFlaglessSettings()}` : "";
  return await show(`${usage.replace(/ +$/gm, "").trimEnd()}\n${note}`);
}

async function show(text: string): Promise<number> {
  await writeOut(text);
  return 0;
}

function isHelp(argument: string): boolean {
  return argument === "--help" || argument === "-h";
}

function toUnknown(name: string): string {
  const kind = name.startsWith("-") ? "flag" : "command";
  return `Unknown ${kind} ${JSON.stringify(name)}: the commands are ${Object.keys(commands).join(", ")}. See "ov-llm --help".`;
}

if (import.meta.main) process.exit(await runProgram(process.argv.slice(2)));
