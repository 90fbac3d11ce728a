import type { TokenCounts } from "../api/openai/chat/completion.ts";
import type { ChatDelta, FinishReason } from "../api/openai/responses.ts";
import type { Pool, PoolModel } from "../engine/pool/pool.ts";
import type { ModelTarget } from "../engine/pool/target.ts";
import { createChannel } from "../engine/supervise/channel.ts";
import type { Choice } from "../generate/generation.ts";
import type { TokenLogprob } from "../protocol/generate.ts";

export type ChoiceEvent =
  /** The engine took the prompt. */
  | { type: "begun"; index: number; fingerprint: string }
  | { type: "delta"; index: number; delta: ChatDelta; logprobs: TokenLogprob[] }
  | { type: "end"; index: number; reason: FinishReason };

export interface ChoicesOptions {
  pool: Pool;
  target: ModelTarget;
  choices: number;
  toChoice: (index: number, model: PoolModel) => Choice;
  /** Who asks, for the order of turns. */
  client: string;
  /** Counted up while the answer goes on. */
  counts: TokenCounts;
  signal: AbortSignal;
}

/** All choices of an answer, interleaved. Leaving the loop cancels what still runs. */
export async function* runChoices(options: ChoicesOptions): AsyncGenerator<ChoiceEvent> {
  const { choices, signal } = options;
  if (choices === 1) return yield* runChoice(0, options);
  const channel = createChannel<ChoiceEvent>();
  const stop = new AbortController();
  const firstText = Promise.withResolvers<void>();
  const pump = async (index: number) => {
    const events = runChoice(index, { ...options, signal: AbortSignal.any([signal, stop.signal]) });
    for await (const event of events) {
      channel.push(event);
      if (event.type !== "begun") firstText.resolve();
    }
  };
  // The others start once the first has computed the prompt: they find it in the prefix cache.
  const others = Array.from({ length: choices - 1 }, (_, index) =>
    firstText.promise.then(() => pump(index + 1)),
  );
  Promise.all([pump(0), ...others]).then(channel.end, channel.fail);
  try {
    yield* channel;
  } finally {
    stop.abort(signal.reason);
  }
}

async function* runChoice(index: number, options: ChoicesOptions): AsyncGenerator<ChoiceEvent> {
  const { pool, target, client, counts, signal } = options;
  let choice: Choice | undefined;
  const build = (model: PoolModel) => {
    choice = options.toChoice(index, model);
    return choice.request;
  };
  let fingerprint = "";
  const pairing = createPairing(index);
  for await (const event of pool.generate(target, build, signal, client)) {
    if (event.type === "model") fingerprint = event.fingerprint;
    // The pool builds the request before the host says anything of it.
    if (event.type === "model" || !choice) continue;
    const { reader } = choice;
    switch (event.type) {
      case "started":
        if (index === 0) Object.assign(counts, { prompt: event.promptTokens, cached: event.cachedTokens });
        yield { type: "begun", index, fingerprint };
        break;
      case "text": {
        const thought = reader.reasoningTokens;
        yield* pairing.toEvents(reader.push(event.text, event.tokens), event.logprobs);
        counts.completion += event.tokens;
        counts.reasoning += reader.reasoningTokens - thought;
        if (reader.stopped) return yield { type: "end", index, reason: reader.finish("stop") };
        break;
      }
      case "finished":
        yield* pairing.toEvents(reader.end(), []);
        yield { type: "end", index, reason: reader.finish(event.reason) };
    }
  }
}

/**
 * Puts log probabilities to the content that their tokens became. Text may be held back for a while, so they wait
 * for it; those of tokens that became reasoning or a call are left out.
 */
function createPairing(index: number) {
  let waiting: TokenLogprob[] = [];
  return {
    toEvents(deltas: ChatDelta[], logprobs: TokenLogprob[] = []): ChoiceEvent[] {
      waiting.push(...logprobs);
      const own = waiting;
      if (deltas.length > 0) waiting = [];
      const first = deltas.findIndex(({ content }) => content !== undefined);
      return deltas.map((delta, at) => ({
        type: "delta",
        index,
        delta,
        logprobs: at === first ? own : [],
      }));
    },
  };
}
