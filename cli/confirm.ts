import { createAsker } from "./convert/asker.ts";
import { toOneLine } from "./terminal.ts";

/** Whether a person can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** Asks on stdout. `blank`: what an empty line means. */
export async function confirm(question: string, signal: AbortSignal, blank = false): Promise<boolean> {
  const write = (text: string) => void process.stdout.write(text);
  const asker = createAsker({ input: process.stdin, write, signal });
  try {
    return await asker.confirm(toOneLine(question), blank);
  } finally {
    asker.close();
  }
}
