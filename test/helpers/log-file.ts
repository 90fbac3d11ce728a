import { closeSync, openSync, readSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A file without a name that another program writes its log to: what it has written before it answers is here when the answer is. Of
 * a pipe, what comes first is left to chance.
 */
export interface LogFile {
  /** For the program's standard error. */
  fd: number;
  /** All whole lines so far. */
  lines(): readonly string[];
  close(): void;
}

export function createLogFile(): LogFile {
  const path = join(tmpdir(), `ov-llm-test-log-${crypto.randomUUID()}`);
  const fd = openSync(path, "ax+");
  unlinkSync(path);
  const decoder = new TextDecoder();
  const buffer = Buffer.alloc(65_536);
  const lines: string[] = [];
  let [position, rest, isOpen] = [0, "", true];
  return {
    fd,
    lines() {
      for (let read = 1; isOpen && read > 0; position += read) {
        read = readSync(fd, buffer, 0, buffer.length, position);
        const parts = (rest + decoder.decode(buffer.subarray(0, read), { stream: true })).split("\n");
        rest = parts.pop() ?? "";
        lines.push(...parts);
      }
      return lines;
    },
    close() {
      if (!isOpen) return;
      this.lines();
      isOpen = false;
      closeSync(fd);
    },
  };
}
