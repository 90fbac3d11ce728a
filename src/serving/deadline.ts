import { startAlarm } from "../alarm.ts";
import { OvError } from "../errors.ts";

export interface Deadline {
  /** Aborts when the client leaves or the time is up; its reason is an OvError. */
  signal: AbortSignal;
  abort(reason: OvError): void;
  clear(): void;
}

/** Limits the time of one request and ends it with its client, whose signal aborts with an OvError. */
export function createDeadline(client: AbortSignal, seconds: number): Deadline {
  const controller = new AbortController();
  const leave = () => controller.abort(client.reason);
  const expire = () => {
    const message = `The request took longer than ${seconds} s and was ended: ask for less, or raise OV_REQUEST_SECONDS.`;
    controller.abort(new OvError("generation_timeout", message));
  };
  const alarm = startAlarm(seconds * 1000, expire);
  if (client.aborted) leave();
  else client.addEventListener("abort", leave, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    clear() {
      alarm[Symbol.dispose]();
      client.removeEventListener("abort", leave);
    },
  };
}

/** Runs an operation within a time limit, until it ends or the client leaves. */
export async function withDeadline<T>(
  client: AbortSignal,
  seconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = createDeadline(client, seconds);
  try {
    return await work(deadline.signal);
  } finally {
    deadline.clear();
  }
}
