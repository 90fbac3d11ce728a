import { OvError } from "../../errors.ts";
import type { ReadyMessage } from "../../protocol/load.ts";

export interface LoadingOptions {
  model: string;
  loadSeconds: number;
  signal: AbortSignal;
}

/** A load that a host works on; it ends once, by whatever comes first. */
export interface Loading {
  readonly over: boolean;
  ready(message: ReadyMessage): void;
  /** What the host itself reported, or did wrong. */
  fail(error: OvError): void;
  /** The process ended by itself; most often it met a damaged file. `how`: a signal or `exit code n`. */
  ended(how: string, lastOutput: string): void;
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
    clearTimeout(timer);
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
  const timer = setTimeout(expire, loadSeconds * 1000);

  return {
    get over() {
      return over;
    },
    ready: (message) => settle(() => resolve(message)),
    fail(error) {
      const failure = new OvError(error.code, { what, why: error.message }, { cause: error });
      settle(() => reject(failure));
    },
    ended(how, lastOutput) {
      const why = toEnd("its engine", how, lastOutput);
      const next = "Its file may be damaged or truncated: fetch or convert it again.";
      settle(() => reject(new OvError("model_load_failed", { what, why, next })));
    },
    result: promise,
  };
}

/** How a process ended, as a part of a sentence. */
export function toEnd(who: string, how: string, lastOutput: string): string {
  const end = `${who} ended unexpectedly (${how})`;
  return lastOutput === "" ? end : `${end}, after the output ${JSON.stringify(lastOutput)}`;
}
