import { closeSync } from "node:fs";
import { readLines } from "../../protocol/lines.ts";

export interface HostProcessOptions {
  argv: string[];
  env: Record<string, string | undefined>;
  /** A line of the protocol pipe. */
  onEvent: (line: string) => void;
  /** A line of standard output or standard error: native libraries write there. */
  onOutput: (line: string) => void;
}

/** A child process with the protocol's two pipes. */
export interface HostProcess {
  readonly pid: number;
  readonly alive: boolean;
  /** Writes a line and its line break; a line that an ending process does not read is dropped. */
  send(line: string): void;
  kill(): void;
  /** Resolves when it is gone and all its output has been read, with how it ended: a signal or `exit code n`. */
  readonly exited: Promise<string>;
}

export function spawnHostProcess({ argv, env, onEvent, onOutput }: HostProcessOptions): HostProcess {
  const child = Bun.spawn(argv, { stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"], env });
  const [commandsFd, eventsFd] = [child.stdio[3], child.stdio[4]];
  if (typeof commandsFd !== "number" || typeof eventsFd !== "number") {
    throw new TypeError("Bun.spawn gave no descriptors for the extra pipes");
  }
  const commands = Bun.file(commandsFd).writer();
  const read = Promise.allSettled([
    forEachLine(Bun.file(eventsFd).stream(), onEvent),
    forEachLine(child.stdout, onOutput),
    forEachLine(child.stderr, onOutput),
  ]);
  const exited = child.exited.then(async () => {
    await read;
    // Writer and reader used duplicates; Bun leaves closing the descriptors to us.
    await Promise.resolve(commands.end()).catch(() => {});
    for (const fd of [commandsFd, eventsFd]) closeSync(fd);
    return child.signalCode === null ? `exit code ${child.exitCode}` : String(child.signalCode);
  });

  let killed = false;

  return {
    pid: child.pid,
    get alive() {
      // A killed process takes a moment to end and must get no requests in that time.
      return !killed && child.exitCode === null && child.signalCode === null;
    },
    send(line) {
      try {
        // It fails at once for a short line, and by its promise for one that the pipe does not take whole.
        for (const written of [commands.write(line), commands.flush()]) {
          void Promise.resolve(written).catch(() => {});
        }
      } catch {
        // It is ending; `exited` informs all that wait.
      }
    },
    kill() {
      killed = true;
      child.kill("SIGKILL");
    },
    exited,
  };
}

async function forEachLine(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  for await (const lines of readLines(stream)) for (const line of lines) take(line);
}
