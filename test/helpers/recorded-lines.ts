import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Launcher } from "../../src/engine/kinds/kind.ts";
import { readLines } from "../../src/protocol/lines.ts";

export type Message = Record<string, unknown>;

/** A line of test/fixtures/protocol*.jsonl: what is sent to a host, or what it answers. */
export type Line = { to?: unknown; from?: Message };

const fixtures = join(import.meta.dir, "../fixtures");

export const readRecorded = (name: string): Line[] =>
  readFileSync(join(fixtures, name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** What does not differ from run to run: the shape, the ids, reasons, codes and tokens. */
export function toShape(value: unknown, key = ""): unknown {
  // As many as the model knows.
  if (key === "languages" && Array.isArray(value)) return value.length > 0;
  if (Array.isArray(value)) return value.map((item) => toShape(item, key));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toShape(item, name)]));
  }
  const fixed = [
    "type",
    "id",
    "reason",
    "code",
    "param",
    "protocol",
    "tokens",
    "max_concurrent",
    "operations",
  ];
  return fixed.includes(key) ? value : typeof value;
}

/** What a host sends after a second without an answer; see host.py. */
const isSignOfLife = ({ type, outputs }: Message) =>
  type === "step" && Array.isArray(outputs) && outputs.length === 0;

/** Sends what is recorded to a host of this command, and compares its answers as `view` shows them. */
export async function play(
  { argv, env }: Pick<Launcher, "argv" | "env">,
  model: string,
  lines: Line[],
  view: (message: Message) => unknown,
  /** Files by the words that stand for them in the lines. */
  files: Readonly<Record<string, string>> = { SOUND: join(fixtures, "audio/inaugural.ogg") },
): Promise<void> {
  const child = Bun.spawn(argv, { env, stdio: ["ignore", "ignore", "inherit", "pipe", "pipe"] });
  const [commandsFd, eventsFd] = [child.stdio[3], child.stdio[4]];
  if (typeof commandsFd !== "number" || typeof eventsFd !== "number") throw new Error("no pipes");
  const commands = Bun.file(commandsFd).writer();
  const events = readLines(Bun.file(eventsFd).stream());
  let pending: Message[] = [];
  const next = async () => {
    while (pending.length === 0) {
      const { value, done } = await events.next();
      if (done) throw new Error("the host ended");
      const read: Message[] = (value ?? []).map((line: string) => JSON.parse(line));
      pending = read.filter((message) => !isSignOfLife(message));
    }
    return pending.shift();
  };
  for (const { to, from } of lines) {
    if (to) {
      const names = Object.entries({ ...files, MODEL: model });
      const line = names
        .reduce((text, [name, path]) => text.replace(`"${name}"`, JSON.stringify(path)), JSON.stringify(to))
        .replace("LONG", "word ".repeat(9000));
      commands.write(`${line}\n`);
      await commands.flush();
    }
    if (!from || view(from) === null) continue;
    let answer = await next();
    // Steps of a request that is about to be cancelled come as they may, and so does the cache's state.
    const passing = from.type === "metrics" || from.reason === "cancelled" ? ["step"] : [];
    while (
      answer &&
      (view(answer) === null ||
        [...passing, from.type === "metrics" ? "" : "metrics"].includes(String(answer.type)))
    )
      answer = await next();
    expect(answer && view(answer)).toEqual(view(from));
  }
  await child.exited;
}
