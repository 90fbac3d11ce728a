import { isExecutable } from "../engine/kinds/native/find.ts";
import type { LargeBody, ReadBody } from "../http/body/json.ts";
import type { RunTextJob } from "../serving/text-jobs.ts";
import { createThreads } from "../threads/threads.ts";
import type { DaemonJobs } from "./thread.ts";

export interface DaemonThreads {
  readLarge: (body: LargeBody, client: string) => Promise<ReadBody>;
  runTextJob: RunTextJob;
  dispose(): void;
}

/** A body of 32 MB takes a third of a second on an idle machine. */
const bodySeconds = 10;
/** Seconds; nearly all jobs take milliseconds. */
const textSeconds = 10;

const what = {
  compileRules: "What the answer must look like",
  probeTemplate: "The model's chat template",
  renderPrompt: "The model's chat template",
} as const;

/** Work that could block the daemon's event loop too long. */
export function createDaemonThreads(): DaemonThreads {
  const threads = createThreads<DaemonJobs>({ module: findModule() });
  return {
    readLarge: (body, client) =>
      threads.run("readLargeBody", body, {
        client,
        seconds: bodySeconds,
        what: "The request body",
        transfer: [body.bytes.buffer],
      }),
    runTextJob: (name, input, client) =>
      threads.run(name, input, { client, seconds: textSeconds, what: what[name] }),
    dispose: () => threads.dispose(),
  };
}

/** `bun run build` names the module as a second entry; in the executable's own file system it lies by its path. */
function findModule(): string {
  return isExecutable() ? "/$bunfs/root/src/daemon/thread.js" : new URL("./thread.ts", import.meta.url).href;
}
