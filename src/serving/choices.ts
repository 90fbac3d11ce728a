import type { Lease } from "../engine/pool/lease.ts";
import type { ChoicePart, ContentEvent } from "../generate/parts.ts";
import type { Choice } from "../generate/plan.ts";
import type { ClosedThought } from "../generate/thought-budget.ts";
import type { GenerationEvent } from "../protocol/generate.ts";
import { interleave } from "./interleave.ts";
import type { Rates } from "./rates.ts";
import type { Tally } from "./tally.ts";

type TextEvent = Extract<GenerationEvent, { type: "text" }>;

interface EngineEvent {
  choice: Choice;
  fingerprint: string;
  event: GenerationEvent;
}

/**
 * One choice in its lease. The choice starts again if another engine takes over. If its reasoning is cut, the answer comes
 * from a second request.
 */
export async function* askEngine(
  { model, fingerprint }: Lease,
  choice: Choice,
  { rates, signal }: { rates: Pick<Rates, "start">; signal: AbortSignal },
): AsyncGenerator<EngineEvent> {
  const rate = rates.start(model);
  try {
    let { request } = choice;
    for (let first = true; ; first = false) {
      let closed: ClosedThought | null = null;
      for await (const event of model.host.run("generate", request, signal)) {
        if (event.type === "text") rate.add(event.tokens);
        if (first || event.type !== "started") yield { choice, fingerprint, event };
        // The reader has read it by now. Leaving the loop cancels the request in the engine.
        if (event.type === "text") closed = choice.closeThought(event.text, event.tokens);
        if (closed) break;
      }
      if (!closed) return;
      yield { choice, fingerprint, event: { type: "text", text: closed.text, tokens: 0 } };
      request = closed.request;
    }
  } finally {
    rate.stop();
  }
}

/** The engine's events of one choice as parts of its answer, from `start` to `end`. */
export async function* readChoice(
  index: number,
  events: AsyncIterable<EngineEvent>,
  { tally, hasPrompt }: { tally: Tally; hasPrompt: boolean },
): AsyncGenerator<ChoicePart> {
  for await (const { choice, fingerprint, event } of events) {
    const { reader } = choice;
    const end = (reason: "stop" | "length"): ChoicePart => {
      const finish = reader.finish(reason);
      return { index, part: { type: "end", ...finish, ...tally.finish(finish.reason) } };
    };
    switch (event.type) {
      case "started": {
        const { promptTokens, cachedTokens } = event;
        if (hasPrompt) tally.start(promptTokens, cachedTokens);
        yield { index, part: { type: "start", promptTokens, cachedTokens, fingerprint } };
        break;
      }
      case "text": {
        const thought = reader.reasoningTokens;
        const parts: ContentEvent[] = [];
        let tokens = 0;
        for (const one of reader.mayStop ? toTokens(event) : [event]) {
          parts.push(...reader.push(one.text, one.tokens, one.logprobs));
          tokens += one.tokens;
          if (reader.stopped) break;
        }
        tally.add(tokens, reader.reasoningTokens - thought, event.guesses);
        for (const part of tally.see(parts)) yield { index, part };
        if (reader.stopped) return yield end("stop");
        break;
      }
      case "finished":
        for (const part of tally.see(reader.end())) yield { index, part };
        yield end(event.reason);
    }
  }
}

/** The tokens of a step one by one if they have their own texts, because those after a stop string do not count. */
function toTokens({ text, tokens, lengths, logprobs }: TextEvent): Omit<TextEvent, "type">[] {
  if (lengths === undefined || lengths.length === 0) return [{ text, tokens, ...(logprobs && { logprobs }) }];
  let end = 0;
  const single = lengths.map((length, at) => {
    end += length;
    const own = logprobs && { logprobs: logprobs.slice(at, at + 1) };
    return { text: text.slice(end - length, end), tokens: 1, ...own };
  });
  const silent = tokens - lengths.length;
  return silent > 0 ? [...single, { text: "", tokens: silent }] : single;
}

/**
 * Several choices, `atOnce` at a time. The others start when the first has computed the prompt, and find it in the
 * prefix cache.
 */
export async function* runAll(
  choices: number,
  options: {
    run: (index: number, signal: AbortSignal) => AsyncIterable<ChoicePart>;
    tally: Tally;
    signal: AbortSignal;
    atOnce: number;
  },
): AsyncGenerator<ChoicePart> {
  const { run, tally, signal, atOnce } = options;
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const firstText = Promise.withResolvers<void>();
  void tally.firstText.then(firstText.resolve);
  let next = 1;
  const runNext = async function* () {
    while (next < choices && !either.aborted) yield* run(next++, either);
  };
  const first = async function* () {
    yield* run(0, either);
    yield* runNext();
  };
  const other = async function* () {
    await firstText.promise;
    yield* runNext();
  };
  const others = Array.from({ length: Math.min(choices, atOnce) - 1 }, other);
  yield* interleave([first(), ...others], () => {
    left.abort(signal.reason);
    firstText.resolve();
  });
}
