import { randomUUID } from "node:crypto";
import { Value } from "@sinclair/typebox/value";
import type { LoadedSettings } from "../config/load.ts";
import { type Settings, settingNamesOf, settingsTable } from "../config/settings.ts";
import { isLoopback } from "../config/warnings.ts";
import { PullEvent } from "../convert/pull/events.ts";
import { parseReference } from "../convert/pull/reference.ts";
import { toSelf } from "../engine/kinds/native/launch.ts";
import { isErrorCode, OvError } from "../errors.ts";
import { findHub } from "../hub/address.ts";
import { forEachLine } from "../linux/lines.ts";
import { endFirstWithoutMemory } from "../linux/oom.ts";
import type { Log } from "../log.ts";
import type { Events, ServerEvent } from "../serving/events.ts";
import type { PulledModel } from "../serving/pull.ts";
import { createPulls, type Pulls, type PullsDeps } from "../serving/pulls.ts";

/** How long a stopped pull may take to remove unfinished files, in milliseconds. */
const patienceMs = 20_000;

/** Pulls run in separate processes, which yield the CPU to models and are ended before them when memory runs out. */
export function createPullsFor({ loaded, events }: { loaded: LoadedSettings; events: Events }): Pulls {
  const { settings, variables } = loaded;
  const hub = findHub(variables);
  return createPulls({
    resolve: (asked) => parseReference(asked, hub),
    run: (source, onStep, signal) => runChild(loaded, source, onStep, signal),
    findRefusal: () => findRefusal(settings),
    publish: events.publish,
    newId: () => `pull-${randomUUID().replaceAll("-", "")}`,
    now: () => new Date(),
  });
}

function findRefusal({ pull, host, apiKey, apiKeyFile }: Settings): OvError | null {
  const what = "This server pulls no models";
  const local = 'Run "ov-llm pull" on the server.';
  if (!pull) return new OvError("forbidden", { what, why: "OV_PULL is off", next: local });
  if (isLoopback(host) || apiKey !== null || apiKeyFile !== null) return null;
  const why = "it listens beyond this machine without an API key";
  return new OvError("forbidden", { what, why, next: `Set OV_API_KEY. ${local}` });
}

/** `ov-llm pull-host` to its end: a line of JSON for each event. Its stdin closes when this process ends, and it ends then. */
async function runChild(
  { settings, variables }: LoadedSettings,
  { repo, quant }: Parameters<PullsDeps["run"]>[0],
  onStep: Parameters<PullsDeps["run"]>[1],
  signal: AbortSignal,
): Promise<PulledModel> {
  signal.throwIfAborted();
  const { OV_API_KEY: _key, ...env } = variables;
  const wanted = [repo, ...(quant === null ? [] : ["--quant", quant])];
  const nice = Bun.which("nice", { PATH: variables.PATH ?? "" });
  const command = [...toSelf(), "pull-host", ...wanted, ...toFlags(settings)];
  const child = Bun.spawn(nice === null ? command : [nice, "-n", "10", ...command], {
    env,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  endFirstWithoutMemory(child.pid);
  let timer: Timer | undefined;
  const stop = () => {
    child.kill("SIGTERM");
    timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  };
  signal.addEventListener("abort", stop, { once: true });
  const heard: { last: PullEvent | null; trouble: string } = { last: null, trouble: "" };
  try {
    await Promise.all([
      forEachLine(child.stdout, (line) => {
        const event = parseEvent(line);
        heard.last = event ?? heard.last;
        if (event !== null && isStep(event)) onStep(event);
      }),
      forEachLine(child.stderr, (line) => {
        heard.trouble = line;
      }),
      child.exited,
    ]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
  signal.throwIfAborted();
  return toResult(heard, child.signalCode === null ? null : String(child.signalCode), repo);
}

/** A pull through the server measures no quality, so that it ends sooner. */
function isStep(event: PullEvent): event is Exclude<PullEvent, { type: "measured" | "done" | "failed" }> {
  return event.type !== "measured" && event.type !== "done" && event.type !== "failed";
}

/** Its last event. */
function toResult(
  { last, trouble }: { last: PullEvent | null; trouble: string },
  killed: string | null,
  repo: string,
): PulledModel {
  if (last?.type === "done") return { state: last.state, name: last.name, path: last.path };
  if (last?.type === "failed") {
    throw new OvError(isErrorCode(last.code) ? last.code : "conversion_failed", last.message);
  }
  const why =
    killed === null
      ? `its process ended early${trouble === "" ? "" : ` (${trouble})`}`
      : `its process was ended by ${killed}, as the system does when memory runs out`;
  throw new OvError("conversion_failed", { what: `Cannot pull ${repo}`, why });
}

function parseEvent(line: string): PullEvent | null {
  try {
    const event: unknown = JSON.parse(line);
    return Value.Check(PullEvent, event) ? event : null;
  } catch {
    return null;
  }
}

/** This server's own settings, whatever their source. */
function toFlags(settings: Settings): string[] {
  return settingNamesOf("convert").flatMap((name) => {
    const { flag, kind } = settingsTable[name];
    const value = settings[name];
    if (value === null || name === "trustRemoteCode") return [];
    if (kind === "switch") return [value ? `--${flag}` : `--no-${flag}`];
    return [`--${flag}=${value}`];
  });
}

/** A subscriber that logs pulls. */
export function createPullLog(log: Log): (event: ServerEvent) => void {
  return (event) => {
    if (event.topic !== "conversion") return;
    const { id, model } = event;
    if (event.type === "started") log.info("pulling model", { id, model });
    if (event.type === "finished") {
      const { name, result, seconds } = event;
      log.info("pulled model", { id, model, name, result, seconds });
    }
    if (event.type === "failed") logFailed(log, event);
  };
}

function logFailed(log: Log, event: Extract<ServerEvent, { topic: "conversion"; type: "failed" }>): void {
  const { id, model, code, message, seconds } = event;
  const isWanted = code === "request_cancelled" || code === "shutting_down";
  if (isWanted) log.info("pull cancelled", { id, model, seconds });
  else log.warn(`pull failed: ${message}`, { id, model, code, seconds });
}
