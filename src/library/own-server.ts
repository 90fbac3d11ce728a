import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { toSelf } from "../engine/kinds/native/launch.ts";
import { OvError, toReason } from "../errors.ts";
import type { Variables } from "../linux/program.ts";

/** How long each step of its end may take, in milliseconds, before the next one, which is less polite. */
const patienceMs = 3000;

/** A longer log of earlier chats is emptied first. */
const mostLogBytes = 1_000_000;

/** A server that lives only as long as this process. */
export interface OwnServer {
  pid: number;
  logPath: string;
  /** Resolves when it has ended, for whatever reason. */
  exited: Promise<unknown>;
  hasEnded(): boolean;
  /** The last error in the log since its start; null: there is none. */
  findTrouble(): string | null;
  /** Ends it and its models, and waits for that. */
  stop(): Promise<void>;
}

export interface OwnServerOptions {
  /** Where it listens; beside this, it has the settings of this process. */
  host: string;
  port: number;
  variables: Variables;
  /** Appended to: another chat's server may be writing there. */
  logPath: string;
}

/**
 * Starts one in a session of its own, so that Ctrl-C in the terminal is not for it. It holds a pipe to this process and ends when
 * that closes: after `kill -9`, too. Throws `invalid_setting` where its log cannot be written.
 */
export function startOwnServer({ host, port, variables, logPath }: OwnServerOptions): OwnServer {
  const log = openLog(logPath);
  const { size } = fstatSync(log);
  const command = [...toSelf(), "chat-server", `--host=${host}`, `--port=${port}`];
  const child = Bun.spawn(command, {
    env: withoutService(variables),
    stdio: ["pipe", "ignore", log],
    detached: true,
  });
  closeSync(log);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  /** Whether it has ended after that time. */
  async function endWith(signal: "SIGTERM" | "SIGKILL"): Promise<boolean> {
    child.kill(signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    await Promise.race([child.exited, promise]);
    clearTimeout(timer);
    return hasEnded();
  }

  return {
    pid: child.pid,
    logPath,
    exited: child.exited,
    hasEnded,
    findTrouble: () => findError(logPath, size),
    async stop() {
      // A second SIGTERM has it cut off what still runs.
      const isOver = hasEnded() || (await endWith("SIGTERM")) || (await endWith("SIGTERM"));
      if (!isOver) await endWith("SIGKILL");
    },
  };
}

function openLog(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const log = openSync(path, "a", 0o600);
    if (fstatSync(log).size > mostLogBytes) ftruncateSync(log);
    return log;
  } catch (error) {
    throw new OvError("invalid_setting", {
      what: `Cannot write the server's log to ${JSON.stringify(path)}`,
      why: toReason(error),
      next: "Set XDG_STATE_HOME to a folder that can be written.",
    });
  }
}

/** What systemd gives a service is for that one alone (systemd.exec(5), sd_notify(3), sd_watchdog_enabled(3)). */
function withoutService(variables: Variables): Variables {
  const {
    JOURNAL_STREAM: _stream,
    NOTIFY_SOCKET: _socket,
    WATCHDOG_USEC: _limit,
    WATCHDOG_PID: _pid,
    ...others
  } = variables;
  return others;
}

/** `from`: the size in bytes that the log had. */
function findError(path: string, from: number): string | null {
  const lines = readFileSync(path).subarray(from).toString("utf8").split("\n");
  return lines.findLast((line) => line.startsWith("error: "))?.slice("error: ".length) ?? null;
}
