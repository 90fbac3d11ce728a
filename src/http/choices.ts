import type { ChatPlan } from "../chat/generation.ts";
import { createStopFilter } from "../chat/stop.ts";
import { createChannel } from "../engine/channel.ts";
import type { ModelTarget, Pool, PoolModel } from "../engine/pool.ts";
import type { TokenLogprob } from "../engine/protocol.ts";
import type { TokenCounts } from "../openai/completion.ts";
import type { FinishReason } from "../openai/responses.ts";

export type ChoiceEvent =
  /** The engine took the prompt. */
  | { type: "begun"; index: number; fingerprint: string }
  | { type: "delta"; index: number; text: string; logprobs: TokenLogprob[] }
  | { type: "end"; index: number; reason: FinishReason };

export interface ChoicesOptions {
  pool: Pool;
  target: ModelTarget;
  plan: ChatPlan;
  /** Counted up while the answer goes on. */
  counts: TokenCounts;
  signal: AbortSignal;
}

/** All choices of an answer, interleaved. Leaving the loop cancels what still runs. */
export async function* runChoices(options: ChoicesOptions): AsyncGenerator<ChoiceEvent> {
  const { plan, signal } = options;
  if (plan.choices === 1) return yield* runChoice(0, options);
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
  const others = Array.from({ length: plan.choices - 1 }, (_, index) =>
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
  const { pool, target, plan, counts, signal } = options;
  const stop = createStopFilter(plan.stops);
  let fingerprint = "";
  const build = ({ ready, defaults }: PoolModel) => plan.toChoice(index, ready, defaults);
  for await (const event of pool.generate(target, build, signal)) {
    switch (event.type) {
      case "model":
        fingerprint = event.fingerprint;
        break;
      case "started":
        if (index === 0) Object.assign(counts, { prompt: event.promptTokens, cached: event.cachedTokens });
        yield { type: "begun", index, fingerprint };
        break;
      case "text": {
        counts.completion += event.tokens;
        const { text, stopped } = stop.push(event.text);
        const logprobs = stopped ? [] : (event.logprobs ?? []);
        if (text !== "" || logprobs.length > 0) yield { type: "delta", index, text, logprobs };
        if (stopped) return yield { type: "end", index, reason: "stop" };
        break;
      }
      case "finished": {
        const text = stop.flush();
        if (text !== "") yield { type: "delta", index, text, logprobs: [] };
        yield { type: "end", index, reason: event.reason };
      }
    }
  }
}
