import { closeSync } from "node:fs";
import { isErrorCode, OvError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type Channel, createChannel } from "./channel.ts";
import type { GenerationEvent, Host } from "./generation.ts";
import { readLines } from "./lines.ts";
import {
  type FromHost,
  type LoadMessage,
  parseFromHost,
  protocolVersion,
  type ReadyMessage,
  renderLine,
  type ToHost,
} from "./protocol.ts";

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
  signal: AbortSignal;
}

/**
 * Starts a host process and loads a model in it. Throws `model_load_failed` (or the code that the host gives)
 * with the process gone, and the signal's reason when it aborts first.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { model, load, log, signal } = options;
  signal.throwIfAborted();
  const child = Bun.spawn(options.argv, {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    env: options.env,
  });
  const [commandsFd, eventsFd] = [child.stdio[3], child.stdio[4]];
  if (typeof commandsFd !== "number" || typeof eventsFd !== "number") {
    throw new OvError("engine_failed", `Cannot talk to the engine of "${model}": its pipes were not opened.`);
  }
  const commands = Bun.file(commandsFd).writer();
  const requests = new Map<number, Channel<GenerationEvent>>();
  const loading = Promise.withResolvers<ReadyMessage>();
  let nextId = 0;
  let closing = false;
  let lastSign = performance.now();
  let watch: Timer | undefined;
  let lastOutput = "";

  const isAlive = () => child.exitCode === null && child.signalCode === null;

  function send(message: ToHost): void {
    try {
      commands.write(renderLine(message));
      void Promise.resolve(commands.flush()).catch(() => {});
    } catch {
      // The process is going; `exited` tells everyone who waits.
    }
  }

  function end(error: OvError): void {
    loading.reject(error);
    for (const channel of requests.values()) channel.fail(error);
    requests.clear();
    child.kill("SIGKILL");
  }

  function receive(message: FromHost): void {
    switch (message.type) {
      case "ready":
        loading.resolve(message);
        return;
      case "step":
        for (const { id, text, tokens, logprobs } of message.outputs) {
          requests.get(id)?.push({ type: "text", text, tokens, ...(logprobs && { logprobs }) });
        }
        return;
      case "started":
        requests.get(message.id)?.push({
          type: "started",
          promptTokens: message.prompt_tokens,
          cachedTokens: message.cached_tokens,
        });
        return;
      case "finished":
        if (message.reason !== "cancelled") {
          requests.get(message.id)?.push({ type: "finished", reason: message.reason });
          requests.get(message.id)?.end();
        }
        requests.delete(message.id);
        return;
      case "failed": {
        const code = isErrorCode(message.code) ? message.code : "engine_failed";
        const error = new OvError(code, message.message);
        if (message.id === null) {
          end(error);
        } else {
          requests.get(message.id)?.fail(error);
          requests.delete(message.id);
        }
      }
    }
  }

  async function readEvents(fd: number): Promise<void> {
    try {
      for await (const lines of readLines(Bun.file(fd).stream())) {
        lastSign = performance.now();
        for (const line of lines) receive(parseFromHost(line));
      }
    } catch (error) {
      // The descriptor of a process that is gone ends with an error, too; what matters is a bad line.
      if (error instanceof OvError) end(error);
    }
  }

  async function forward(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const lines of readLines(stream)) {
      for (const line of lines.filter((text) => text.trim())) {
        lastOutput = line.trim();
        log.info(`engine: ${lastOutput}`, { model });
      }
    }
  }

  /** Runs only while requests do: an idle server has no timer. */
  function watchForStall(): void {
    watch ??= setInterval(
      () => {
        if (requests.size === 0) {
          clearInterval(watch);
          watch = undefined;
        } else if (performance.now() - lastSign > options.stallSeconds * 1000) {
          log.error("engine stalled, ending it", { model, pid: child.pid, seconds: options.stallSeconds });
          end(
            new OvError(
              "engine_stalled",
              `The engine of "${model}" gave no sign for ${options.stallSeconds} s and was ended; the next request loads it again.`,
            ),
          );
        }
      },
      Math.min(5, options.stallSeconds / 4) * 1000,
    );
  }

  const output = Promise.allSettled([forward(child.stdout), forward(child.stderr)]);
  const events = readEvents(eventsFd);
  const exited = child.exited.then(async (): Promise<Error | null> => {
    await Promise.all([output, events]);
    clearInterval(watch);
    // Writer and reader worked on duplicates; Bun leaves the descriptors themselves to us.
    await Promise.resolve(commands.end()).catch(() => {});
    for (const fd of [commandsFd, eventsFd]) closeSync(fd);
    if (closing) {
      end(new OvError("shutting_down", `Model "${model}" is being unloaded. Try again in a moment.`));
      return null;
    }
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    const said = lastOutput ? ` Its last output: ${lastOutput}` : "";
    const error = new OvError(
      "engine_crashed",
      `The engine of "${model}" ended unexpectedly (${how}).${said}`,
    );
    end(error);
    return error;
  });

  const abort = () => end(new OvError("engine_failed", "The load was given up."));
  signal.addEventListener("abort", abort, { once: true });
  const timeout = setTimeout(() => {
    const advice = "Raise OV_LOAD_SECONDS if it only needs more time.";
    end(
      new OvError(
        "model_load_failed",
        `Model "${model}" did not load within ${options.loadSeconds} s. ${advice}`,
      ),
    );
  }, options.loadSeconds * 1000);
  send(load);

  try {
    const ready = await loading.promise;
    if (ready.protocol !== protocolVersion) throw mismatch(ready.protocol);
    return {
      ready,
      pid: child.pid,
      get alive() {
        return isAlive();
      },
      generate,
      close,
      exited,
    };
  } catch (error) {
    closing = true;
    child.kill("SIGKILL");
    await exited;
    signal.throwIfAborted();
    throw toLoadError(error, model);
  } finally {
    clearTimeout(timeout);
    signal.removeEventListener("abort", abort);
  }

  async function* generate(...[request, signal]: Parameters<Host["generate"]>) {
    signal.throwIfAborted();
    if (closing || !isAlive()) {
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
    send({ type: "generate", id, ...request });
    try {
      yield* channel;
    } finally {
      signal.removeEventListener("abort", abandon);
      if (requests.delete(id)) send({ type: "cancel", id });
    }
  }

  async function close(): Promise<void> {
    closing = true;
    send({ type: "close" });
    const timer = setTimeout(() => child.kill("SIGKILL"), closeSeconds * 1000);
    await exited;
    clearTimeout(timer);
  }
}

function mismatch(protocol: number): OvError {
  return new OvError(
    "engine_failed",
    `The engine host speaks protocol ${protocol}, ov-llm ${protocolVersion}: run install.sh again.`,
  );
}

function toLoadError(error: unknown, model: string): OvError {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof OvError && error.code !== "engine_crashed") {
    return error.message.includes(`"${model}"`)
      ? error
      : new OvError(error.code, `Cannot load model "${model}": ${reason}`);
  }
  return new OvError(
    "model_load_failed",
    `Cannot load model "${model}": ${reason} Its file may be damaged or cut short: fetch or convert it again.`,
  );
}
