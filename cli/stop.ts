import { OvError } from "../src/errors.ts";
import { reportError } from "./action.ts";

/** Before it is explained what a second Ctrl-C does: most work stops sooner. */
const patienceMs = 300;

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs work that takes long, with a signal that aborts at the first SIGINT (Ctrl-C), SIGTERM or SIGHUP (the terminal was
 * closed). A second Ctrl-C ends the program at once. Work that throws because of that gives 128 and the number of the signal as its exit code, as in shells, after
 * `report`.
 */
export async function untilStopped(
  work: (signal: AbortSignal) => Promise<number>,
  report: (error: unknown) => void = reportError,
): Promise<number> {
  const stop = createStop();
  try {
    return await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    report(error);
    return stop.exitCode();
  } finally {
    stop.dispose();
  }
}

function createStop() {
  const controller = new AbortController();
  let code: number = 128;
  let explain: Timer | undefined;
  const handlers = Object.entries(numbers).map(([name, number]) => {
    const handle = () => {
      if (controller.signal.aborted) return name === "SIGINT" ? process.exit(code) : undefined;
      code = 128 + number;
      explain = setTimeout(explainSecond, patienceMs);
      controller.abort(new OvError("shutting_down", `Stopped by ${name}.`));
    };
    process.on(name, handle);
    return () => process.off(name, handle);
  });
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose() {
      clearTimeout(explain);
      for (const remove of handlers) remove();
    },
  };
}

function explainSecond(): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(
    "\nStopping and cleaning up. Ctrl-C again ends at once; the next run then cleans up.\n",
  );
}
