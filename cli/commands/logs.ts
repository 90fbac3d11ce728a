import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { OvError, toCauseFacts } from "../../src/errors.ts";
import { readServiceState, unit } from "../../src/library/service.ts";
import { readLines } from "../../src/protocol/lines.ts";
import { action, UsageError } from "../action.ts";
import { untilStopped } from "../stop.ts";
import { toOneLine, writeOut } from "../terminal.ts";

const args = {
  model: {
    type: "positional",
    valueHint: "model",
    required: false,
    description: "Only lines about this model",
  },
  follow: { type: "boolean", alias: "f", description: "Follow new lines until Ctrl-C" },
  lines: {
    type: "string",
    alias: "n",
    valueHint: "number",
    description: "How many lines to start with (default: 200)",
  },
} as const;

export const logs = defineCommand({
  meta: { name: "logs", description: "Show the log of the service" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { variables } = loadSettings();
    const lines = given.lines ?? "200";
    if (!/^\d{1,7}$/.test(lines)) {
      throw new UsageError(`Cannot use ${JSON.stringify(lines)} for --lines: expected a whole number.`);
    }
    const follow = given.follow === true ? ["--follow"] : [];
    const command = [
      "journalctl",
      "--user",
      "--unit",
      unit,
      "--quiet",
      "--output",
      "cat",
      "--no-pager",
      `--lines=${lines}`,
      ...follow,
    ];
    // Without a service journalctl would wait for its lines forever.
    if (given.follow === true) await requireService(variables);
    return await untilStopped(
      (signal) => show(command, variables, given._[0], signal),
      () => {},
    );
  }),
});

async function show(
  command: string[],
  variables: Record<string, string | undefined>,
  model: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const child = open(command, variables);
  const stop = () => child.kill();
  signal.addEventListener("abort", stop, { once: true });
  let isEmpty = true;
  for await (const more of readLines(child.stdout)) {
    isEmpty &&= more.length === 0;
    const wanted = more.filter((line) => model === undefined || isAbout(line, model));
    const isRead = await writeOut(wanted.map((line) => `${toOneLine(line)}\n`).join(""));
    if (isRead) continue;
    // Whoever read them has left, as `head` does; journalctl would follow for nobody.
    child.kill();
    return 0;
  }
  const code = await child.exited;
  signal.throwIfAborted();
  if (code === 0 && isEmpty) {
    await requireService(variables);
    process.stderr.write(`The journal has no lines of ${unit}.\n`);
  }
  return code === 0 ? 0 : 1;
}

/** Throws `server_unreachable` where there is none. */
async function requireService(variables: Record<string, string | undefined>): Promise<void> {
  try {
    await readServiceState(variables);
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): OvError {
  return new OvError("server_unreachable", {
    ...toCauseFacts(error),
    what: "Cannot read the log of the service",
    next: 'Without a service, the log is what "ov-llm serve" prints.',
  });
}

function open(command: string[], env: Record<string, string | undefined>) {
  try {
    return Bun.spawn(command, { env, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  } catch (error) {
    throw unreadable(error);
  }
}

/** Whether a line of the log, as text or JSON, names the model as its field. */
function isAbout(line: string, model: string): boolean {
  const quoted = JSON.stringify(model);
  const field = line
    .split(/ model=/)
    .slice(1)
    .some((rest) => rest === model || rest.startsWith(`${model} `));
  return field || line.includes(` model=${quoted}`) || line.includes(`"model":${quoted}`);
}
