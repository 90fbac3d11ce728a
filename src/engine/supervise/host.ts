import { isErrorCode, OvError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import {
  type FromHost,
  type LoadMessage,
  parseFromHost,
  protocolVersion,
  type ReadyMessage,
  renderLine,
} from "../../protocol/messages.ts";
import { type Channel, createChannel } from "./channel.ts";
import { spawnHostProcess } from "./process.ts";
import type { GenerationEvent, Host } from "./types.ts";

const closeSeconds = 5;

export interface HostOptions {
  /** The model's name, for the log and for errors. */
  model: string;
  argv: string[];
  env: Record<string, string | undefined>;
  load: LoadMessage;
  loadSeconds: number;
  /** A host silent for so long while requests run is killed. */
  stallSeconds: number;
  log: Log;
  /** The share of the KV cache in use, 0 to 1; told at most every second. */
  onCacheUsage?: (usage: number) => void;
  signal: AbortSignal;
}

/**
 * Starts a host process and loads a model in it. Throws `model_load_failed` (or the code that the host gives)
 * with the process gone, and the signal's reason when it aborts first.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { model, log, signal } = options;
  signal.throwIfAborted();
  const requests = new Map<number, Channel<GenerationEvent>>();
  const loading = Promise.withResolvers<ReadyMessage>();
  let nextId = 0;
  let closing = false;
  let lastSign = performance.now();
  let watch: Timer | undefined;
  let lastOutput = "";

  const child = spawnHostProcess({
    argv: options.argv,
    env: options.env,
    onEvent(line) {
      lastSign = performance.now();
      try {
        receive(parseFromHost(line));
      } catch (error) {
        fail(error);
      }
    },
    onOutput(line) {
      if (line.trim() === "") return;
      lastOutput = line.trim();
      log.info(`engine: ${lastOutput}`, { model });
    },
  });

  /** Ends the process, and with it everyone who waits for it. */
  function fail(error: unknown): void {
    loading.reject(error);
    for (const channel of requests.values()) channel.fail(error);
    requests.clear();
    child.kill();
  }

  function receive(message: FromHost): void {
    switch (message.type) {
      case "ready":
        loading.resolve(message);
        return;
      case "metrics":
        options.onCacheUsage?.(message.kv_cache_usage);
        return;
      case "step":
        for (const { id, text, tokens, logprobs } of message.outputs) {
          requests.get(id)?.push({ type: "text", text, tokens, ...(logprobs && { logprobs }) });
        }
        return;
      case "started": {
        const { id, prompt_tokens, cached_tokens } = message;
        requests.get(id)?.push({ type: "started", promptTokens: prompt_tokens, cachedTokens: cached_tokens });
        return;
      }
      case "finished":
        if (message.reason !== "cancelled") {
          requests.get(message.id)?.push({ type: "finished", reason: message.reason });
          requests.get(message.id)?.end();
        }
        requests.delete(message.id);
        return;
      case "failed": {
        const error = new OvError(
          isErrorCode(message.code) ? message.code : "engine_failed",
          message.message,
        );
        if (message.id === null) throw error;
        requests.get(message.id)?.fail(error);
        requests.delete(message.id);
      }
    }
  }

  /** Runs only while requests do: an idle server has no timer. */
  function watchForStall(): void {
    const { stallSeconds } = options;
    const look = () => {
      if (requests.size === 0) {
        clearInterval(watch);
        watch = undefined;
      } else if (performance.now() - lastSign > stallSeconds * 1000) {
        log.error("engine stalled, ending it", { model, pid: child.pid, seconds: stallSeconds });
        const what = `The engine of "${model}" gave no sign for ${stallSeconds} s and was ended`;
        fail(new OvError("engine_stalled", `${what}; the next request loads it again.`));
      }
    };
    watch ??= setInterval(look, Math.min(5, stallSeconds / 4) * 1000);
  }

  async function* generate(...[request, signal]: Parameters<Host["generate"]>) {
    signal.throwIfAborted();
    if (closing || !child.alive) {
      throw new OvError("engine_crashed", `The engine of "${model}" has ended; try again to load it anew.`);
    }
    const id = nextId++;
    const channel = createChannel<GenerationEvent>();
    const abandon = () => channel.fail(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    // The time before the first request does not count as silence.
    if (requests.size === 0) lastSign = performance.now();
    requests.set(id, channel);
    watchForStall();
    child.send(renderLine({ type: "generate", id, ...request }));
    try {
      yield* channel;
    } finally {
      signal.removeEventListener("abort", abandon);
      if (requests.delete(id)) child.send(renderLine({ type: "cancel", id }));
    }
  }

  async function close(): Promise<void> {
    closing = true;
    child.send(renderLine({ type: "close" }));
    const timer = setTimeout(child.kill, closeSeconds * 1000);
    await exited;
    clearTimeout(timer);
  }

  const exited = child.exited.then((how): Error | null => {
    clearInterval(watch);
    if (closing) {
      fail(new OvError("shutting_down", `Model "${model}" is being unloaded. Try again in a moment.`));
      return null;
    }
    const said = lastOutput ? ` Its last output: ${lastOutput}` : "";
    const error = new OvError(
      "engine_crashed",
      `The engine of "${model}" ended unexpectedly (${how}).${said}`,
    );
    fail(error);
    return error;
  });

  const giveUp = () => fail(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  const timeout = setTimeout(() => {
    const what = `Model "${model}" did not load within ${options.loadSeconds} s.`;
    fail(new OvError("model_load_failed", `${what} Raise OV_LOAD_SECONDS if it only needs more time.`));
  }, options.loadSeconds * 1000);
  child.send(renderLine(options.load));
  try {
    const ready = await loading.promise;
    if (ready.protocol !== protocolVersion) throw mismatch(ready.protocol);
    return {
      ready,
      pid: child.pid,
      get alive() {
        return child.alive;
      },
      generate,
      close,
      exited,
    };
  } catch (error) {
    closing = true;
    child.kill();
    await exited;
    throw toLoadError(error, model);
  } finally {
    clearTimeout(timeout);
    signal.removeEventListener("abort", giveUp);
  }
}

function mismatch(protocol: number): OvError {
  const speaks = `The engine host speaks protocol ${protocol}, ov-llm ${protocolVersion}`;
  return new OvError("engine_failed", `${speaks}: run install.sh again.`);
}

/** Names the model; a process that ended by itself while loading most often met a damaged file. */
function toLoadError(error: unknown, model: string): unknown {
  if (!(error instanceof OvError) || error.code === "shutting_down") return error;
  if (error.code === "engine_crashed") {
    const advice = "Its file may be damaged or cut short: fetch or convert it again.";
    return new OvError("model_load_failed", `Cannot load model "${model}": ${error.message} ${advice}`);
  }
  if (error.message.includes(`"${model}"`)) return error;
  return new OvError(error.code, `Cannot load model "${model}": ${error.message}`);
}
