import { createChannel } from "../../src/engine/supervise/channel.ts";
import type { Host } from "../../src/engine/supervise/types.ts";
import { OvError } from "../../src/errors.ts";
import type { ClassifyEvent, ClassifyRequest } from "../../src/protocol/classify.ts";
import type { EmbedEvent, EmbedRequest } from "../../src/protocol/embed.ts";
import type { GenerateRequest, GenerationEvent } from "../../src/protocol/generate.ts";
import type { ReadyMessage } from "../../src/protocol/load.ts";
import type { OperationName, Operations } from "../../src/protocol/operations.ts";
import type { RankEvent, RankRequest } from "../../src/protocol/rank.ts";
import type {
  DetokenizeEvent,
  DetokenizeRequest,
  TokenizeEvent,
  TokenizeRequest,
} from "../../src/protocol/tokens.ts";
import type { TranscribeEvent, TranscribeRequest } from "../../src/protocol/transcribe.ts";
import { protocolVersion } from "../../src/protocol/version.ts";

const joinMessages =
  "{% for message in messages %}{{ message.content }}{{ ' ' if not loop.last }}{% endfor %}";

const words = ["river", "stone", "music", "paper", "light", "water", "house", "bread"];

export interface MemoryHost extends Host {
  /** Requests that run now. */
  running(): number;
  /** What it was asked to generate so far, in order. */
  readonly asked: readonly GenerateRequest[];
  /** From now on it keeps these grammars. */
  hold(grammars: Host["grammars"]): void;
  /** Ends it as a crash would. */
  crash(): void;
}

export interface MemoryHostOptions {
  contextLength?: number;
  /** Each token waits for it, so that a test decides when an answer goes on. */
  gate?: () => Promise<void>;
  /** Written instead of the words that the seed decides, piece by piece. */
  writes?: readonly string[];
  /** Special tokens of its vocabulary; others in brackets are text, of two tokens. */
  specialTokens?: readonly string[];
  /** Its chat template, instead of one that joins the messages; null: it has none. */
  chatTemplate?: string | null;
  capabilities?: string[];
  /** What it may be asked for; by default what a model that writes text may. */
  operations?: OperationName[];
  /** Its first request ends it before the prompt is taken. */
  crashesAtOnce?: boolean;
  /** Its process is gone only after this, once it has ended. */
  lingers?: () => Promise<void>;
  /** With `grammar`: it claims to hold answers to them, and writes what it always writes. */
}

/**
 * A host without a process or a model: words for tokens, an answer that the seed decides. The conformance suite holds
 * it to the whole contract of Host.
 */
export function createMemoryHost({
  contextLength = 64,
  gate,
  writes,
  specialTokens = [],
  chatTemplate = joinMessages,
  capabilities = ["logprobs"],
  operations = ["generate", "tokenize", "detokenize"],
  crashesAtOnce = false,
  lingers,
}: MemoryHostOptions = {}): MemoryHost {
  const exited = Promise.withResolvers<Error | null>();
  const gone = lingers ? exited.promise.finally(lingers) : exited.promise;
  const running = new Set<(error: unknown) => void>();
  const seen = new Set<string>();
  const asked: GenerateRequest[] = [];
  let ended: OvError | undefined;
  let grammars = { held: 0, bytes: 0 };

  const ready: ReadyMessage = {
    type: "ready",
    protocol: protocolVersion,
    engine: "memory",
    device: "CPU",
    device_name: "Memory",
    context_length: contextLength,
    languages: ["de", "en"],
    chat_template: chatTemplate,
    bos_token: "",
    eos_token: "",
    operations,
    ...(operations.includes("classify") && { labels: ["short", "long"] }),
    capabilities,
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

  const vocabulary = createVocabulary();

  async function* tokenize(
    { text, add_special_tokens, strings }: TokenizeRequest,
    signal: AbortSignal,
  ): AsyncGenerator<TokenizeEvent> {
    check(signal);
    const pieces = [...(add_special_tokens ? ["<s>"] : []), ...toPieces(text).flatMap(spell)];
    if (pieces.length >= contextLength) throw tooLong("text has", pieces.length);
    yield {
      type: "tokens",
      tokens: pieces.map(vocabulary.toId),
      strings: strings ? pieces : null,
      imageTokens: 0,
    };
    yield { type: "finished", reason: "stop" };
  }

  async function* detokenize(
    { tokens }: DetokenizeRequest,
    signal: AbortSignal,
  ): AsyncGenerator<DetokenizeEvent> {
    check(signal);
    if (tokens.length > contextLength) throw tooLong("request has", tokens.length);
    yield { type: "text", text: tokens.map(vocabulary.toPiece).join("") };
    yield { type: "finished", reason: "stop" };
  }

  /** Vectors of two numbers: how many words a text has, and how many characters; both count as its tokens. */
  async function* embed(
    { inputs, max_tokens, dimensions }: EmbedRequest,
    signal: AbortSignal,
  ): AsyncGenerator<EmbedEvent> {
    check(signal);
    for (const [input, content] of inputs.entries()) {
      const words = typeof content === "string" ? content.split(" ") : content;
      if (max_tokens === null && words.length > contextLength) throw tooLong("input has", words.length);
      const kept = words.slice(0, max_tokens ?? contextLength);
      const numbers = new Float32Array([kept.length, kept.join(" ").length]).subarray(0, dimensions ?? 2);
      const bytes = new Uint8Array(numbers.buffer, 0, numbers.byteLength);
      yield { type: "vectors", vectors: [{ input, vector: bytes.toBase64(), tokens: kept.length }] };
    }
    yield { type: "finished", reason: "stop" };
  }

  /** Scores a document by the share of its words that its query has. */
  async function* rank({ queries, documents }: RankRequest, signal: AbortSignal): AsyncGenerator<RankEvent> {
    check(signal);
    const scores = documents.map((text, document) => {
      const asked = (queries[document] ?? queries[0] ?? "").split(" ");
      const words = text.split(" ");
      const shared = words.filter((word) => asked.includes(word)).length;
      return { document, score: shared / words.length, tokens: asked.length + words.length };
    });
    yield { type: "scores", scores: scores.reverse() };
    yield { type: "finished", reason: "stop" };
  }

  /** Labels `short` and `long`, the latter the likelier by a tenth for each word. */
  async function* classify(
    { inputs, max_tokens }: ClassifyRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ClassifyEvent> {
    check(signal);
    const classes = inputs.map((text, input) => {
      const words = text.split(" ");
      if (max_tokens === null && words.length > contextLength) throw tooLong("input has", words.length);
      const tokens = Math.min(words.length, max_tokens ?? contextLength);
      const long = Math.min(1, tokens / 10);
      return { input, probabilities: [1 - long, long], tokens };
    });
    yield { type: "classes", classes: classes.reverse() };
    yield { type: "finished", reason: "stop" };
  }

  /** Hears what the path says: half a second for each word. `broken`: a file that cannot be read. */
  async function* transcribe(
    { path, language, words, max_seconds, task }: TranscribeRequest,
    signal: AbortSignal,
  ): AsyncGenerator<TranscribeEvent> {
    check(signal);
    if (path === "broken") throw new OvError("invalid_request", "The file cannot be read as sound.");
    const spoken = path.split(" ").filter((word) => word !== "");
    const seconds = spoken.length / 2;
    if (seconds > max_seconds) throw new OvError("invalid_request", "The sound is too long.");
    const heard = task === "translate" ? spoken.map((word) => word.toUpperCase()) : spoken;
    for (let at = 0; at < Math.max(1, heard.length); at += 4) {
      await gate?.();
      const timed = heard.slice(at, at + 4).map((word, index) => {
        const start = (at + index) / 2;
        return { word: ` ${word}`, start, end: start + 0.5 };
      });
      const [first, last] = [timed[0], timed.at(-1)];
      const text = timed.map(({ word }) => word).join("");
      const segment = first &&
        last && { start: first.start, end: last.end, text, ...(words && { words: timed }) };
      yield { type: "segments", language: language ?? "en", seconds, segments: segment ? [segment] : [] };
    }
    yield { type: "finished", reason: "stop" };
  }

  function spell(piece: string): string[] {
    const isText = /^(▁?<.+>|\[[A-Z]+\])$/.test(piece) && !specialTokens.includes(piece);
    return isText ? [piece.slice(0, 1), piece.slice(1)] : [piece];
  }

  /** As text; ids must be those of `tokenize`. */
  function toText(prompt: GenerateRequest["prompt"]): string {
    return typeof prompt === "string" ? prompt : prompt.map(vocabulary.toPiece).join("");
  }

  function check(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (crashesAtOnce) crash();
    if (ended) throw ended;
  }

  function tooLong(whose: string, tokens: number): OvError {
    const what = `The context length is ${contextLength} tokens, but the ${whose} ${tokens}.`;
    return new OvError("context_length_exceeded", what);
  }

  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerationEvent> {
    check(signal);
    asked.push(request);
    const prompt = toText(request.prompt);
    const promptTokens = prompt.split(" ").length + (request.add_special_tokens ? 1 : 0);
    if (promptTokens >= contextLength) throw tooLong("prompt has", promptTokens);
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
    const natural = ignore_eos ? contextLength : (writes?.length ?? 8);
    const wanted = Math.min(max_tokens, natural, contextLength - promptTokens);
    const seed = sampling.temperature === 0 ? 0 : sampling.seed;
    for (let index = 0; index < wanted && running.has(channel.fail); index++) {
      await (gate?.() ?? new Promise((resolve) => setImmediate(resolve)));
      const text = writes?.[index] ?? `${words[(seed + index * (1 + (seed % 3))) % words.length]} `;
      const tokens = { type: "text" as const, text, tokens: 1 };
      channel.push(logprobs ? { ...tokens, logprobs: [{ token: text, logprob: -0.5 }] } : tokens);
    }
    channel.push({ type: "finished", reason: wanted < natural ? "length" : "stop" });
    channel.end();
  }

  const handlers: {
    [Name in OperationName]: (
      request: Operations[Name]["request"],
      signal: AbortSignal,
    ) => AsyncGenerator<Operations[Name]["event"]>;
  } = { generate, tokenize, detokenize, embed, rank, classify, transcribe };

  return {
    ready,
    pid: 0,
    get alive() {
      return ended === undefined;
    },
    get grammars() {
      return grammars;
    },
    hold(now) {
      grammars = now;
    },
    run: (operation, request, signal) => handlers[operation](request, signal),
    close: () => {
      end(new OvError("shutting_down", "The model is being unloaded."), null);
      return gone.then(() => {});
    },
    exited: gone,
    running: () => running.size,
    asked,
    crash,
  };
}

/** Words, each with the space before it. */
function toPieces(text: string): string[] {
  return text.split(/(?= )/).filter((piece) => piece !== "");
}

function createVocabulary() {
  const pieces: string[] = [];
  return {
    toId(piece: string): number {
      const known = pieces.indexOf(piece);
      return known < 0 ? pieces.push(piece) - 1 : known;
    },
    toPiece(id: number): string {
      const piece = pieces[id];
      if (piece === undefined) throw new OvError("invalid_request", `The model has no token ${id}.`);
      return piece;
    },
  };
}
