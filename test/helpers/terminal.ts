import { join } from "node:path";
import { repo } from "./server.ts";
import { createTempDir } from "./temp.ts";

/** null: chats on a terminal cannot be tested here. */
export const python = Bun.which("python3");

/** What is typed once a text is there; null: the terminal is closed. */
export type Steps = [wait: string, type: string | null][];

export interface Talk {
  args?: string[];
  home?: string;
  env?: Record<string, string>;
}

/** A chat with the server on that port, on a terminal of its own; each step waits for a text and types another. */
export function startTalk(
  port: number | undefined,
  steps: Steps,
  { args = [], home = createTempDir(), env = {} }: Talk = {},
) {
  const command = [python ?? "", join(repo, "test/helpers/terminal_session.py"), JSON.stringify(steps)];
  const chat = [process.execPath, join(repo, "cli/main.ts"), "chat", ...args];
  return Bun.spawn([...command, ...chat, "--host", "127.0.0.1", "--port", String(port)], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TERM: "xterm", LANG: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Such a chat to its end. */
export async function talk(
  server: { port: number | undefined },
  steps: Steps,
  args: string[] = [],
  home = createTempDir(),
  env: Record<string, string> = {},
) {
  const child = startTalk(server.port, steps, { args, home, env });
  const [text, code] = await Promise.all([child.stdout.text(), child.exited]);
  return { code, home, raw: text, text: Bun.stripANSI(text).replaceAll("\r", "") };
}
