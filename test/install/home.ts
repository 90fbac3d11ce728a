import { afterAll } from "bun:test";
import { mkdtempSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeScript } from "../engine/kinds/batching/fake-python.ts";
import { repo } from "../helpers/server.ts";

/** A home folder to install into. */
export interface InstallHome {
  home: string;
  /** Programs of this folder go before all others. */
  bin: string;
  path(...parts: string[]): string;
  /** Starts the checkout's install.sh. */
  start(args: string[], env?: Record<string, string>): InstallRun;
  /** Starts any command in the same way. */
  startCommand(command: string[], env?: Record<string, string>): InstallRun;
}

export interface InstallRun {
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the output holds `text`; rejects when the program ends without. */
  says(text: string): Promise<void>;
  end(): Promise<{ code: number; out: string }>;
}

/**
 * Makes homes with a space in them and a systemctl that says what it is told to: the real one is never reached. Call it once in
 * a test file: what a test that fails half-way leaves running ends after the file's tests.
 */
export function createHomes(temp: string): () => InstallHome {
  const running = new Set<InstallRun>();
  afterAll(() => {
    for (const child of running) child.kill("SIGTERM");
  });
  return () => {
    const home = mkdtempSync(join(temp, "a home "));
    const bin = mkdtempSync(join(temp, "bin-"));
    // What one that is killed leaves is removed with it.
    const TMPDIR = mkdtempSync(join(temp, "tmp-"));
    for (const program of ["systemctl", "loginctl"]) writeScript(join(bin, program), "exit 1");
    const inherited = `${bin}:${dirname(process.execPath)}:${process.env.PATH}`;
    const startCommand = (command: string[], env: Record<string, string> = {}) => {
      const run = startRun(command, { ...toCleanEnvironment(), HOME: home, PATH: inherited, TMPDIR, ...env });
      running.add(run);
      void run.end().then(() => running.delete(run));
      return run;
    };
    const start = (args: string[], env?: Record<string, string>) =>
      startCommand(["/bin/bash", join(repo, "install.sh"), ...args], env);
    return { home, bin, path: (...parts) => join(home, ...parts), start, startCommand };
  };
}

/** This process's variables without OV_ settings of whoever runs the tests. */
function toCleanEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("OV_")));
}

function startRun(command: string[], env: Record<string, string | undefined>): InstallRun {
  const child = Bun.spawn(command, { cwd: "/", env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  let out = "";
  const waiting = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      out += decoder.decode(bytes, { stream: true });
      for (const check of waiting) check();
    }
  };
  const streams = Promise.all([read(child.stdout), read(child.stderr)]);
  return {
    kill: (signal) => child.kill(signal),
    async says(text) {
      const said = new Promise<void>((resolve) => {
        const check = () => out.includes(text) && resolve();
        waiting.add(check);
        check();
      });
      const ended = streams.then(() => {
        if (!out.includes(text)) throw new Error(`It ended and never said "${text}":\n${out}`);
      });
      await Promise.race([said, ended]);
    },
    async end() {
      const code = await child.exited;
      await streams;
      return { code, out };
    },
  };
}
