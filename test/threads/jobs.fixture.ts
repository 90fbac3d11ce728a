import { parentPort } from "node:worker_threads";
import { OvError } from "../../src/errors.ts";
import { serveJobs } from "../../src/threads/threads.ts";

const jobs = {
  double: (value: number) => value * 2,
  refuse: (param: string): never => {
    throw new OvError("invalid_request", { what: "No", why: "never", next: "Stop." }, { param });
  },
  sink: (): number => {
    const dig = (): number => 1 + dig();
    return dig();
  },
  await: (shared: SharedArrayBuffer): number => {
    const flag = new Int32Array(shared);
    Atomics.wait(flag, 0, 0);
    return flag[0] ?? 0;
  },
  spin: (): never => {
    for (;;);
  },
};

export type TestJobs = typeof jobs;

if (parentPort) parentPort.on("message", serveJobs(jobs, parentPort));
