import { type ErrorCode, OvError, toOvError } from "../errors.ts";
import type { ServerEvent } from "./events.ts";
import {
  isOver,
  type Pull,
  type PulledModel,
  type PullSource,
  type PullStep,
  toLabel,
  toProgress,
} from "./pull.ts";

export interface PullsDeps {
  /** The model that a text names. Throws `invalid_request`. */
  resolve(asked: string): PullSource;
  /** Runs it outside of this process. Throws an OvError; an abort leaves nothing unfinished. */
  run(source: PullSource, onStep: (step: PullStep) => void, signal: AbortSignal): Promise<PulledModel>;
  /** Why pulls are not allowed; null: they are. */
  findRefusal(): OvError | null;
  publish(event: ServerEvent): void;
  newId(): string;
  now(): Date;
}

/** Pulls models one at a time; the others wait in order of request. */
export interface Pulls {
  /** Starts a pull that runs to its end even if clients leave; joins one of the same model that runs or waits. */
  start(asked: string): Pull;
  /** The same, but it ends when its last follower leaves. Yields each step until the end; slow readers get only the latest progress of a step. */
  follow(asked: string, signal: AbortSignal): AsyncGenerator<Pull>;
  /** The waiting and running pulls and the last ones that ended, in order of request. */
  list(): Pull[];
  /** Throws `request_not_found`. */
  find(id: string): Pull;
  /** Throws `request_not_found`; a pull that has ended does not change. */
  cancel(id: string): Pull;
  /** Cancels all of them and waits for their ends. */
  close(): Promise<void>;
}

interface Job {
  pull: Pull;
  source: PullSource;
  /** The pull ends when the last follower leaves. */
  followers: number;
  kept: boolean;
  stop: AbortController;
  watchers: Set<(pull: Pull) => void>;
}

const mostEnded = 50;
const progressMs = 1000;

export function createPulls(deps: PullsDeps): Pulls {
  const jobs: Job[] = [];
  let active: Promise<void> | null = null;
  let closed = false;

  function join(asked: string): Job {
    const refusal = closed
      ? new OvError("shutting_down", "The server is shutting down.")
      : deps.findRefusal();
    if (refusal !== null) throw refusal;
    const source = deps.resolve(asked);
    const model = source.quant === null ? source.repo : `${source.repo}:${source.quant}`;
    const found = jobs.find(
      (job) => job.pull.model === model && !isOver(job.pull) && !job.stop.signal.aborted,
    );
    return found ?? add(model, source);
  }

  function add(model: string, source: PullSource): Job {
    const pull: Pull = {
      id: deps.newId(),
      model,
      state: "queued",
      createdAt: deps.now(),
      step: null,
      result: null,
      error: null,
    };
    const job: Job = {
      pull,
      source,
      followers: 0,
      kept: false,
      stop: new AbortController(),
      watchers: new Set(),
    };
    jobs.push(job);
    deps.publish({ topic: "conversion", type: "queued", id: pull.id, model });
    // The first follower is listed before it starts.
    queueMicrotask(startNext);
    return job;
  }

  function startNext(): void {
    if (active !== null) return;
    const next = jobs.find(({ pull }) => pull.state === "queued");
    if (next === undefined) return;
    active = work(next).finally(() => {
      active = null;
      startNext();
    });
  }

  async function work(job: Job): Promise<void> {
    const { pull, source, stop } = job;
    const started = deps.now();
    const toSeconds = () => (deps.now().getTime() - started.getTime()) / 1000;
    const { id, model } = pull;
    change(job, { state: "running" });
    deps.publish({ topic: "conversion", type: "started", id, model });
    try {
      const result = await deps.run(source, createProgress(job), stop.signal);
      change(job, { state: "done", result });
      deps.publish({
        topic: "conversion",
        type: "finished",
        id,
        model,
        name: result.name,
        path: result.path,
        result: result.state,
        seconds: toSeconds(),
      });
    } catch (thrown) {
      end(job, toOvError(stop.signal.aborted ? stop.signal.reason : thrown), toSeconds());
    }
  }

  function end(job: Job, error: OvError, seconds: number): void {
    const { id, model } = job.pull;
    change(job, { state: job.stop.signal.aborted ? "cancelled" : "failed", error });
    const { code, message } = error;
    deps.publish({ topic: "conversion", type: "failed", id, model, code, message, seconds });
  }

  /** Followers get each step; the bus gets one per second, and each new kind at once. */
  function createProgress(job: Job): (step: PullStep) => void {
    let last = { label: "", at: 0 };
    return (step) => {
      change(job, { step });
      const label = toLabel(step);
      const at = deps.now().getTime();
      if (label === last.label && at - last.at < progressMs) return;
      last = { label, at };
      const { id, model } = job.pull;
      deps.publish({ topic: "conversion", type: "progress", id, model, ...toProgress(step) });
    };
  }

  function change(job: Job, what: Partial<Pull>): void {
    job.pull = { ...job.pull, ...what };
    for (const watcher of [...job.watchers]) watcher(job.pull);
    if (isOver(job.pull)) forgetOld();
  }

  function stop(job: Job, code: ErrorCode, message: string): void {
    if (isOver(job.pull) || job.stop.signal.aborted) return;
    const error = new OvError(code, message);
    job.stop.abort(error);
    if (job.pull.state === "queued") end(job, error, 0);
  }

  function forgetOld(): void {
    const over = jobs.filter(({ pull }) => isOver(pull));
    for (const old of over.slice(0, -mostEnded)) jobs.splice(jobs.indexOf(old), 1);
  }

  function findJob(id: string): Job {
    const job = jobs.find(({ pull }) => pull.id === id);
    if (job !== undefined) return job;
    const what = `There is no pull ${JSON.stringify(id)}`;
    throw new OvError("request_not_found", { what, next: "GET /v1/pulls lists them." }, { param: "id" });
  }

  return {
    start(asked) {
      const job = join(asked);
      job.kept = true;
      return job.pull;
    },
    async *follow(asked, signal) {
      const job = join(asked);
      job.followers += 1;
      try {
        // A pull that does not have to wait has started by then.
        await Promise.resolve();
        yield* watch(job, signal);
      } finally {
        job.followers -= 1;
        if (job.followers === 0 && !job.kept)
          stop(job, "request_cancelled", "The client that asked for the pull left.");
      }
    },
    list: () => jobs.map(({ pull }) => pull),
    find: (id) => findJob(id).pull,
    cancel(id) {
      const job = findJob(id);
      stop(job, "request_cancelled", "The pull was cancelled.");
      return job.pull;
    },
    async close() {
      closed = true;
      for (const job of [...jobs]) stop(job, "shutting_down", "The server is shutting down.");
      await active;
    },
  };
}

async function* watch(job: Job, signal: AbortSignal): AsyncGenerator<Pull> {
  const unseen = [job.pull];
  let wake = () => {};
  const call = () => wake();
  const add = (pull: Pull) => {
    const last = unseen.at(-1);
    if (last !== undefined && isSameStep(last, pull)) unseen.pop();
    unseen.push(pull);
    wake();
  };
  job.watchers.add(add);
  signal.addEventListener("abort", call, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = unseen.shift();
      if (next !== undefined) {
        yield next;
        if (isOver(next)) return;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    job.watchers.delete(add);
    signal.removeEventListener("abort", call);
  }
}

/** Whether they differ only in their progress. */
function isSameStep(one: Pull, other: Pull): boolean {
  if (one.state !== other.state || one.step === null || other.step === null) return false;
  if (one.step.type === "fetching" && other.step.type === "fetching")
    return one.step.file.path === other.step.file.path;
  return toLabel(one.step) === toLabel(other.step);
}
