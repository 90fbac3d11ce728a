import { startAlarm } from "../../alarm.ts";
import { OvError, toOvError } from "../../errors.ts";
import { readOomKills } from "../../linux/oom.ts";
import type { Log } from "../../log.ts";
import type { LoadMessage, ReadyMessage } from "../../protocol/load.ts";
import { type FromHost, parseFromHost, renderLine } from "../../protocol/messages.ts";
import type { HeldGrammars, SpeculationMessage } from "../../protocol/request.ts";
import { createLoading, toEnd } from "./loading.ts";
import { type HostProcess, spawnHostProcess } from "./process.ts";
import { createRequests, type Requests, toHostError } from "./requests.ts";
import { createStallWatch, type StallSeconds, type StallWatch } from "./stall.ts";

const closeSeconds = 5;

export interface HostOptions {
  /** The model's name, for the log and for errors. */
  model: string;
  argv: string[];
  env: Record<string, string | undefined>;
  load: LoadMessage;
  loadSeconds: number;
  /** A host that is silent longer than this while requests run is killed. */
  stallSeconds: StallSeconds;
  log: Log;
  /** Called at most every second with the share of the KV cache in use, 0 to 1. */
  onCacheUsage?: (usage: number) => void;
  onSpeculation?: (report: SpeculationMessage) => void;
  /** Called when the grammars that it keeps have changed. */
  onGrammars?: (grammars: HeldGrammars) => void;
  signal: AbortSignal;
}

/** OpenVINO GenAI prints it at each load of a model that was not trained to call tools. */
const harmless = /Failed to infer a tool call example/;

/** A running host process with its requests. */
export interface Connection {
  readonly child: HostProcess;
  readonly requests: Requests;
  readonly stall: StallWatch;
  /** False once it is about to end. */
  readonly open: boolean;
  readonly grammars: HeldGrammars;
  load(): Promise<ReadyMessage>;
  /** Fails its requests and ends the process. */
  fail(error: OvError): void;
  /** Ends the process at once; this does not count as a crash. */
  end(): void;
  close(): Promise<void>;
  readonly exited: Promise<Error | null>;
}

/** Starts the process; `load` is to be called next. */
export function connect(options: HostOptions): Connection {
  const { model, log } = options;
  const requests = createRequests();
  const loading = createLoading(options);
  let closing = false;
  let lastOutput = "";
  let grammars: HeldGrammars = { held: 0, bytes: 0 };
  const oomKillsBefore = readOomKills();

  const child = spawnHostProcess({
    argv: options.argv,
    env: options.env,
    onEvent(line) {
      stall.sign();
      try {
        receive(parseFromHost(line));
      } catch (error) {
        fail(toOvError(error));
      }
    },
    onOutput(line) {
      if (line.trim() === "" || harmless.test(line)) return;
      lastOutput = line.trim();
      log.info(`engine: ${lastOutput}`, { model });
    },
  });

  const stall = createStallWatch({
    seconds: options.stallSeconds,
    operations: requests.operations,
    onStall(seconds) {
      log.error("engine stalled, ending it", { model, pid: child.pid, seconds });
      const what = `The engine of "${model}" did not respond for ${seconds} s and was killed`;
      fail(new OvError("engine_stalled", { what, next: "The next request loads it again." }));
    },
  });

  function receive(message: FromHost): void {
    if (message.type === "ready") loading.ready(message);
    else if (message.type === "metrics") options.onCacheUsage?.(message.kv_cache_usage);
    else if (message.type === "speculation") options.onSpeculation?.(message);
    else if (message.type === "grammars") keepGrammars(message);
    else if (message.type === "failed" && message.id === null) fail(toHostError(message));
    else requests.route(message);
  }

  function keepGrammars({ held, bytes }: HeldGrammars): void {
    grammars = { held, bytes };
    options.onGrammars?.(grammars);
  }

  function fail(error: OvError): void {
    if (!loading.over) loading.fail(error);
    requests.fail(error);
    child.kill();
  }

  const exited = child.exited.then((how): Error | null => {
    stall.stop();
    if (closing) {
      const what = `Model "${model}" is being unloaded`;
      fail(new OvError("shutting_down", { what, next: "Try again in a moment." }));
      return null;
    }
    const oomKills = readOomKills();
    const outOfMemory = oomKills !== null && oomKillsBefore !== null && oomKills > oomKillsBefore;
    const end = { how, lastOutput, outOfMemory };
    if (!loading.over) loading.ended(end);
    const what = toEnd(`The engine of "${model}"`, end);
    const error = new OvError("engine_crashed", { what, next: "The next request loads it again." });
    fail(error);
    return error;
  });

  return {
    child,
    requests,
    stall,
    get open() {
      return !closing && child.alive;
    },
    get grammars() {
      return grammars;
    },
    load() {
      child.send(renderLine(options.load));
      return loading.result;
    },
    fail,
    end() {
      closing = true;
      child.kill();
    },
    async close() {
      closing = true;
      child.send(renderLine({ type: "close" }));
      using _alarm = startAlarm(closeSeconds * 1000, child.kill);
      await exited;
    },
    exited,
  };
}
