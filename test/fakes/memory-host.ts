import { createChannel } from "../../src/engine/supervise/channel.ts";
import type { GenerateRequest, GenerationEvent, Host } from "../../src/engine/supervise/types.ts";
import { OvError } from "../../src/errors.ts";
import type { ReadyMessage } from "../../src/protocol/messages.ts";

const words = ["river", "stone", "music", "paper", "light", "water", "house", "bread"];

export interface MemoryHost extends Host {
  /** Requests that run now. */
  running(): number;
  /** Ends it as a crash would. */
  crash(): void;
}

export interface MemoryHostOptions {
  contextLength?: number;
  /** Each token waits for it, so that a test decides when an answer goes on. */
  gate?: () => Promise<void>;
  /** Its first request ends it before the prompt is taken. */
  crashesAtOnce?: boolean;
  /** Its process is gone only after this, once it has ended. */
  lingers?: () => Promise<void>;
}

/**
 * A host without a process or a model: words for tokens, an answer that the seed decides. It keeps the whole
 * contract of Host, held to it by the conformance suite.
 */
export function createMemoryHost({
  contextLength = 64,
  gate,
  crashesAtOnce = false,
  lingers,
}: MemoryHostOptions = {}): MemoryHost {
  const exited = Promise.withResolvers<Error | null>();
  const gone = lingers ? exited.promise.finally(lingers) : exited.promise;
  const running = new Set<(error: unknown) => void>();
  const seen = new Set<string>();
  let ended: OvError | undefined;

  const ready: ReadyMessage = {
    type: "ready",
    protocol: 2,
    engine: "memory",
    device: "CPU",
    device_name: "Memory",
    context_length: contextLength,
    chat_template: "{% for message in messages %}{{ message.content }}{{ ' ' if not loop.last }}{% endfor %}",
    bos_token: "",
    eos_token: "",
    capabilities: ["logprobs"],
    versions: { memory: "1" },
    max_concurrent: 8,
  };

  function end(error: OvError, reason: Error | null): void {
    ended ??= error;
    for (const fail of running) fail(error);
    exited.resolve(reason);
  }

  function crash(): void {
    const error = new OvError("engine_crashed", "The engine ended unexpectedly.");
    end(error, error);
  }

  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerationEvent> {
    signal.throwIfAborted();
    if (crashesAtOnce) crash();
    if (ended) throw ended;
    const { prompt } = request;
    const promptTokens = prompt.split(" ").length;
    if (promptTokens >= contextLength) {
      throw new OvError(
        "context_length_exceeded",
        `The context length is ${contextLength} tokens, but the messages have ${promptTokens}.`,
      );
    }
    const channel = createChannel<GenerationEvent>();
    const abandon = () => channel.fail(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    running.add(channel.fail);
    void produce(request, { channel, promptTokens, cached: seen.has(prompt) });
    seen.add(prompt);
    try {
      yield* channel;
    } finally {
      signal.removeEventListener("abort", abandon);
      running.delete(channel.fail);
    }
  }

  async function produce(
    { max_tokens, sampling, logprobs, ignore_eos }: GenerateRequest,
    run: {
      channel: ReturnType<typeof createChannel<GenerationEvent>>;
      promptTokens: number;
      cached: boolean;
    },
  ): Promise<void> {
    const { channel, promptTokens, cached } = run;
    const cachedTokens = cached ? promptTokens - 1 : 0;
    channel.push({ type: "started", promptTokens, cachedTokens });
    const natural = ignore_eos ? contextLength : 8;
    const wanted = Math.min(max_tokens, natural, contextLength - promptTokens);
    const seed = sampling.temperature === 0 ? 0 : sampling.seed;
    for (let index = 0; index < wanted && running.has(channel.fail); index++) {
      await (gate?.() ?? new Promise((resolve) => setImmediate(resolve)));
      const text = `${words[(seed + index * (1 + (seed % 3))) % words.length]} `;
      const tokens = { type: "text" as const, text, tokens: 1 };
      channel.push(logprobs ? { ...tokens, logprobs: [{ token: text, logprob: -0.5 }] } : tokens);
    }
    channel.push({ type: "finished", reason: wanted < natural ? "length" : "stop" });
    channel.end();
  }

  return {
    ready,
    pid: 0,
    get alive() {
      return ended === undefined;
    },
    generate,
    close: () => {
      end(new OvError("shutting_down", "The model is being unloaded."), null);
      return gone.then(() => {});
    },
    exited: gone,
    running: () => running.size,
    crash,
  };
}
