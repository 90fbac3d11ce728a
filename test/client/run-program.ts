export interface ProgramOptions {
  cwd: string;
  env: Record<string, string>;
  /** Stops it then, as Ctrl-C does. */
  until?: Promise<unknown>;
}

const mostSeconds = 170;
/** Some end their request only when they are gone. */
const secondsToStop = 3;

/** Runs a program to its end, its own children included; all that it printed. One that takes too long is killed. */
export async function runProgram(argv: string[], { cwd, env, until }: ProgramOptions): Promise<string> {
  const child = Bun.spawn(argv, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // All of them are gone already.
    }
  };
  const timers = [setTimeout(() => signal("SIGKILL"), mostSeconds * 1000)];
  void until?.then(() => {
    signal("SIGINT");
    timers.push(setTimeout(() => signal("SIGKILL"), secondsToStop * 1000));
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  for (const timer of timers) clearTimeout(timer);
  return out + err;
}
