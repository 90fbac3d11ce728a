import { readMonotonicClock, sendDatagram } from "./libc.ts";
import type { Variables } from "./program.ts";

/** Reports the state of the service to systemd, by the protocol of sd_notify(3). Does nothing without systemd. */
export interface Notifier {
  /** It serves, also again after `reloading`; `systemctl status` shows the text. Starts the watchdog's signs of life. */
  ready(status?: string): void;
  reloading(): void;
  stopping(): void;
  /** Ends the signs of life. */
  dispose(): void;
}

export interface NotifierOptions {
  variables: Variables;
  pid: number;
  send?: (path: string, text: string) => void;
}

export function createNotifier({ variables, pid, send = sendDatagram }: NotifierOptions): Notifier {
  const socket = variables.NOTIFY_SOCKET;
  if (!socket) return { ready() {}, reloading() {}, stopping() {}, dispose() {} };
  const notify = (...lines: string[]) => send(socket, lines.join("\n"));
  let beat: Timer | undefined;
  return {
    ready(status) {
      // A line break would start another assignment.
      const shown = status === undefined ? [] : [`STATUS=${status.replaceAll(/\s+/g, " ")}`];
      notify("READY=1", `MAINPID=${pid}`, ...shown);
      const period = toBeatMs(variables, pid);
      if (period !== null) beat ??= setInterval(() => notify("WATCHDOG=1"), period);
    },
    reloading: () => notify("RELOADING=1", `MONOTONIC_USEC=${readMonotonicClock()}`),
    stopping: () => notify("STOPPING=1", "STATUS=Stopping: letting running requests finish"),
    dispose: () => clearInterval(beat),
  };
}

/** Half of what the watchdog allows, in milliseconds; null: there is none, or it is for another process. */
export function toBeatMs(variables: Variables, pid: number): number | null {
  const { WATCHDOG_USEC: limit = "", WATCHDOG_PID: of = String(pid) } = variables;
  const microseconds = Number(limit);
  return microseconds > 0 && of === String(pid) ? Math.max(1, Math.floor(microseconds / 2000)) : null;
}
