import { parentPort } from "node:worker_threads";
import { readLargeBody } from "../http/body/json.ts";
import { createTextJobs } from "../serving/text-jobs.ts";
import { serveJobs } from "../threads/threads.ts";

const jobs = { ...createTextJobs(), readLargeBody };

export type DaemonJobs = typeof jobs;

// The module of a thread: it is started by createDaemonThreads alone. In the main thread there is no port.
if (parentPort) parentPort.on("message", serveJobs(jobs, parentPort));
