import { startAlarm } from "../../alarm.ts";
import { OvError, shorten } from "../../errors.ts";
import type { ReadyMessage } from "../../protocol/load.ts";

export interface LoadingOptions {
  model: string;
  loadSeconds: number;
  signal: AbortSignal;
}

/** A load in a host; it ends once, with whatever happens first. */
export interface Loading {
  readonly over: boolean;
  ready(message: ReadyMessage): void;
  /** The host reported a failure or broke the protocol. */
  fail(error: OvError): void;
  /** The process ended without a reason. */
  ended(end: ProcessEnd): void;
  /**
   * Rejects with an error that names the model, `model_load_failed` unless the host gave another code, and with the
   * signal's reason when that aborts first.
   */
  readonly result: Promise<ReadyMessage>;
}

export function createLoading({ model, loadSeconds, signal }: LoadingOptions): Loading {
  const { promise, resolve, reject } = Promise.withResolvers<ReadyMessage>();
  const what = `Cannot load model "${model}"`;
  let over = false;

  function settle(settleIt: () => void): void {
    over = true;
    alarm[Symbol.dispose]();
    signal.removeEventListener("abort", giveUp);
    settleIt();
  }
  const giveUp = () => settle(() => reject(signal.reason));
  const expire = () => {
    const why = `it was not ready within ${loadSeconds} s`;
    const next = "Raise OV_LOAD_SECONDS if it only needs more time.";
    settle(() => reject(new OvError("model_load_failed", { what, why, next })));
  };
  signal.addEventListener("abort", giveUp, { once: true });
  const alarm = startAlarm(loadSeconds * 1000, expire);

  return {
    get over() {
      return over;
    },
    ready: (message) => settle(() => resolve(message)),
    fail(error) {
      const failure = new OvError(error.code, { what, why: error.message }, { cause: error });
      settle(() => reject(failure));
    },
    ended(end) {
      const facts = { what, why: toEnd("its engine", end), next: toAdvice(end) };
      settle(() => reject(new OvError("model_load_failed", facts)));
    },
    result: promise,
  };
}

/** How a host's process ended. */
export interface ProcessEnd {
  /** A signal, or `exit code n`. */
  how: string;
  /** The last line that it wrote; empty: none. */
  lastOutput: string;
  /** Meanwhile, the kernel killed a process for lack of memory. */
  outOfMemory: boolean;
}

/** As a clause. */
export function toEnd(who: string, end: ProcessEnd): string {
  if (isOutOfMemory(end)) return `${who} was ended by the kernel, because there was no memory left`;
  const verb = kills.includes(end.how) ? "was killed from outside" : "ended unexpectedly";
  const text = `${who} ${verb} (${end.how})`;
  return end.lastOutput === ""
    ? text
    : `${text}, after the output ${JSON.stringify(shorten(end.lastOutput, 500))}`;
}

/** Signals that no program sends itself when it meets a damaged file. */
const kills: readonly string[] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"];

function isOutOfMemory({ how, outOfMemory }: ProcessEnd): boolean {
  return outOfMemory && how === "SIGKILL";
}

function toAdvice(end: ProcessEnd): string {
  if (isOutOfMemory(end)) {
    return "Free memory, lower OV_MEMORY_BUDGET or OV_KV_CACHE_GB, or use a smaller model or weight format.";
  }
  if (end.how === "SIGILL") return "This processor may lack instructions that the engine needs.";
  return kills.includes(end.how)
    ? "Find out what did it, such as a person or systemd-oomd (`journalctl`), then try again."
    : "Its file may be damaged or truncated: fetch or convert it again.";
}
