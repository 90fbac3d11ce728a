import { OvError, toOvError } from "../../errors.ts";

const firstMs = 10_000;
const longestMs = 300_000;

interface Failure {
  /** The key of the target that failed; another target is tried at once. */
  key: string;
  error: OvError;
  waitMs: number;
  until: number;
}

/** Why the last load of a model failed. */
export interface LoadFailure {
  reason: string;
  /** Whether requests fail with it now instead of trying a load. */
  cooling: boolean;
}

/** Keeps a model that does not load from being tried for every request: for 10 s, then doubling to 5 minutes. */
export interface Cooldown {
  /** Throws the last failure while its cool-down runs. */
  check(name: string, key: string): void;
  /** Remembers a failure; returns it as an error of status 503, with the seconds to wait. */
  add(name: string, key: string, error: unknown): OvError;
  clear(name: string): void;
  /** The failures that no successful load or change has cleared yet, by name. */
  failures(): ReadonlyMap<string, LoadFailure>;
  /** Forgets all failures but those of these names with these keys. */
  retain(keys: ReadonlyMap<string, string>): void;
}

export function createCooldown(now: () => number): Cooldown {
  const failures = new Map<string, Failure>();

  function toRetry({ error, until }: Failure): OvError {
    const retryAfterSeconds = Math.max(1, Math.ceil((until - now()) / 1000));
    return new OvError(error.code, error.facts, { retryAfterSeconds, cause: error });
  }

  return {
    check(name, key) {
      const failure = failures.get(name);
      if (failure?.key === key && now() < failure.until) throw toRetry(failure);
    },
    add(name, key, reason) {
      const error = toLoadFailure(toOvError(reason));
      // Checked in a moment, without a process, so each request may check again.
      if (error.code === "model_path_invalid" || error.code === "insufficient_memory") return error;
      const before = failures.get(name);
      const waitMs = before?.key === key ? Math.min(before.waitMs * 2, longestMs) : firstMs;
      const failure = { key, error, waitMs, until: now() + waitMs };
      failures.set(name, failure);
      return toRetry(failure);
    },
    clear: (name) => void failures.delete(name),
    failures: () =>
      new Map(
        [...failures].map(([name, { error, until }]) => [
          name,
          { reason: error.message, cooling: now() < until },
        ]),
      ),
    retain(keys) {
      for (const [name, { key }] of failures) if (keys.get(name) !== key) failures.delete(name);
    },
  };
}

/** Whatever went wrong, the request itself was fine and may be sent again. */
function toLoadFailure(error: OvError): OvError {
  return error.status === 503 ? error : new OvError("model_load_failed", error.facts, { cause: error });
}
