import { startAlarm } from "../alarm.ts";
import { isErrorCode, OvError } from "../errors.ts";

/** A value from a structured clone, written by the same program on the other side. */
type Cloned = MessageEvent["data"];

/** The jobs of a thread, by name: pure functions between values that a structured clone can carry. */
export type Jobs = Record<string, (input: Cloned) => unknown>;

export interface JobOptions {
  /** The client: none has both threads while another waits. */
  client: string;
  /** A job that takes longer, without what this process stood still, is ended with its thread. */
  seconds: number;
  /** What took too long, as the start of a sentence: `The request body`. */
  what: string;
  /** Transferred instead of copied; the caller must not use them again. */
  transfer?: ArrayBuffer[];
}

/** Runs work off the daemon's event loop that may take longer than other clients can wait. */
export interface Threads<Table extends Jobs> {
  /** Throws what the job throws, `invalid_request` when its time is up, and `queue_full` if too many wait. */
  run<Name extends keyof Table & string>(
    name: Name,
    input: Parameters<Table[Name]>[0],
    options: JobOptions,
  ): Promise<Awaited<ReturnType<Table[Name]>>>;
  /** Ends all threads. */
  dispose(): void;
}

export interface ThreadsOptions {
  /** The module that calls `serveJobs`. */
  module: string;
  threads?: number;
  maxWaiting?: number;
  /** An unused thread is ended after this time, which frees its memory. */
  idleSeconds?: number;
}

interface Waiting {
  name: string;
  input: unknown;
  options: JobOptions;
  resolve: (value: Cloned) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  running: Waiting | null;
  /** Ends the timer of its job, or of its idle time. */
  stopTimer: () => void;
}

/** A few threads that start when there is work. Their jobs must not block in native code: only JavaScript can be ended. */
export function createThreads<Table extends Jobs>(given: ThreadsOptions): Threads<Table> {
  const { module, threads: most = 2, maxWaiting = 64, idleSeconds = 120 } = given;
  const threads = new Set<Thread>();
  const waiting: Waiting[] = [];

  function start(): Thread {
    const worker = new Worker(module, { smol: true, ref: false });
    const thread: Thread = { worker, running: null, stopTimer: () => {} };
    worker.addEventListener("message", ({ data }) => finish(thread, data));
    worker.addEventListener("error", ({ message }) => {
      const job = end(thread);
      job?.reject(new OvError("internal_error", `A thread ended unexpectedly: ${message}`));
      next();
    });
    threads.add(thread);
    return thread;
  }

  /** Ends the thread; returns its unfinished job, which the caller must settle. */
  function end(thread: Thread): Waiting | null {
    thread.stopTimer();
    threads.delete(thread);
    thread.worker.terminate();
    return thread.running;
  }

  function finish(thread: Thread, answer: JobAnswer): void {
    const job = thread.running;
    thread.stopTimer();
    thread.running = null;
    const timer = setTimeout(() => end(thread), idleSeconds * 1000);
    timer.unref();
    thread.stopTimer = () => clearTimeout(timer);
    if ("value" in answer) job?.resolve(answer.value);
    else job?.reject(fromPortable(answer.error));
    next();
  }

  function next(): void {
    if (waiting.length === 0) return;
    const free =
      [...threads].find(({ running }) => running === null) ?? (threads.size < most ? start() : null);
    if (free === null) return;
    const served = new Set([...threads].flatMap(({ running }) => running?.options.client ?? []));
    const index = waiting.findIndex(({ options }) => !served.has(options.client));
    // The last free thread is kept for others.
    if (index === -1 && served.size > 0 && most > 1) return;
    const [job] = waiting.splice(Math.max(0, index), 1);
    if (job) give(free, job);
    next();
  }

  function give(thread: Thread, job: Waiting): void {
    const { name, input, options } = job;
    thread.stopTimer();
    thread.running = job;
    const alarm = startAlarm(options.seconds * 1000, () => {
      end(thread);
      job.reject(tooLong(options));
      next();
    });
    thread.stopTimer = alarm[Symbol.dispose];
    thread.worker.postMessage({ name, input } satisfies JobRequest, options.transfer ?? []);
  }

  return {
    run: (name, input, options) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= maxWaiting) {
          const why = "too many large requests wait to be read";
          return reject(
            new OvError("queue_full", { what: "The server is busy", why }, { retryAfterSeconds: 5 }),
          );
        }
        waiting.push({ name, input, options, resolve, reject });
        next();
      }),
    dispose() {
      const running = [...threads].flatMap((thread) => end(thread) ?? []);
      for (const { reject } of [...running, ...waiting.splice(0)]) {
        reject(new OvError("shutting_down", "The server is stopping."));
      }
    },
  };
}

function tooLong({ what, seconds }: JobOptions): OvError {
  return new OvError("invalid_request", {
    what: `${what} takes more than ${seconds} s of work`,
    next: "Make it smaller.",
  });
}

interface JobRequest {
  name: string;
  input: unknown;
}

type JobAnswer = { value: Cloned } | { error: PortableError };

interface PortableError {
  code: string;
  facts: OvError["facts"];
  param: string | null;
}

/** The thread's side: answers each job in turn. */
export function serveJobs(jobs: Jobs, port: { postMessage(answer: unknown): void }) {
  return async ({ name, input }: JobRequest): Promise<void> => {
    try {
      port.postMessage({ value: await jobs[name]?.(input) });
    } catch (error) {
      port.postMessage({ error: toPortable(error) });
    }
  };
}

function toPortable(error: unknown): PortableError {
  if (error instanceof OvError) return { code: error.code, facts: error.facts, param: error.param };
  const what = error instanceof RangeError ? "It is too large or nested too deeply" : String(error);
  return { code: "internal_error", facts: { what }, param: null };
}

function fromPortable({ code, facts, param }: PortableError): OvError {
  return new OvError(isErrorCode(code) ? code : "internal_error", facts, param === null ? {} : { param });
}
