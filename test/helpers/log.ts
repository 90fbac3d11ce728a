import { createLog, type Log } from "../../src/log.ts";

export const silentLog: Log = createLog({ level: "error", timestamps: false, write: () => {} });

/** A log whose lines a test can read. */
export function createTestLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    log: createLog({ level: "debug", timestamps: false, write: (line) => void lines.push(line) }),
  };
}
