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
  spin: (): never => {
    for (;;);
  },
};

export type TestJobs = typeof jobs;

if (parentPort) parentPort.on("message", serveJobs(jobs, parentPort));
