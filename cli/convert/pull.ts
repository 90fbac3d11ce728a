import type { ConvertOptions } from "../../src/convert/options.ts";
import { exitCodes } from "./exit.ts";
import { toFailed, toPullEvent } from "./pull-lines.ts";
import { createStderrView, runToEnd } from "./run.ts";

/** Pulls one model to its exit code. `json`: each event as a line on stdout. Throws what keeps it from starting. */
export async function runPull(
  options: ConvertOptions,
  { json, signal }: { json: boolean; signal: AbortSignal },
): Promise<number> {
  const view = createStderrView();
  const print = (event: object | null) => {
    if (json && event !== null) process.stdout.write(`${JSON.stringify(event)}\n`);
  };
  try {
    const { end } = await runToEnd(options, {
      isInteractive: false,
      report(event) {
        view(event);
        print(toPullEvent(event));
      },
      signal,
    });
    return exitCodes[end];
  } catch (error) {
    print(toFailed(error));
    throw error;
  }
}
