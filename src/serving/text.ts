import type { Lease } from "../engine/pool/lease.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { LoadedModel } from "../engine/pool/target.ts";
import { createTextModel, type TextModel } from "../generate/model.ts";
import type { ChoicePart } from "../generate/parts.ts";
import { type Choice, type PreparedText, planText, type TextPlan } from "../generate/plan.ts";
import type { TextRequest } from "../generate/request.ts";
import type { ClosedThought } from "../generate/thought-budget.ts";
import { createSchemaCompiler } from "../grammar/json-schema/compiled.ts";
import type { GenerationEvent } from "../protocol/generate.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";
import { interleave } from "./interleave.ts";
import type { Rates } from "./rates.ts";
import type { RunningRequest, RunningRequests } from "./running.ts";
import { type AnswerObserver, createTally, type Tally } from "./tally.ts";

export interface TextServiceDeps {
  pool: Pick<Pool, "use">;
  rates: Pick<Rates, "count">;
  catalog: Pick<Catalog, "toTarget">;
  /** Unique. */
  newId: () => string;
  /** A random integer of 0 or more, for requests without a seed. */
  newSeed: () => number;
  /** OV_MAX_TOKENS: the bound of requests without one. */
  maxTokens: number;
  running: Pick<RunningRequests, "run">;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
  now?: () => Date;
  /** Something that an operator should know about a model, once for each load. */
  onWarning?: (model: string, text: string) => void;
}

/** Who asks, and by which ids the request can be cancelled. */
export interface AnswerOptions extends RunningRequest {
  /** For the order of turns. */
  client: string;
  signal: AbortSignal;
  observer?: AnswerObserver;
}

/** Answers with text, in whatever dialect the request came. */
export interface TextService {
  /**
   * The parts of all choices, interleaved; each choice's own are in order, from `start` to `end`. Nothing happens before
   * the first is asked for. Leaving the loop cancels what still runs. Throws OvErrors and the signal's reason.
   */
  answer(model: CatalogModel, request: TextRequest, options: AnswerOptions): AsyncGenerator<ChoicePart>;
  /**
   * The prompt that the model's template makes of the conversation, as `answer` would. `addGenerationPrompt`: up to
   * where the answer starts. Throws `chat_template_failed`.
   */
  render(
    model: CatalogModel,
    request: TextRequest,
    loaded: LoadedModel,
    options: { addGenerationPrompt: boolean },
  ): string;
}

export function createTextService(deps: TextServiceDeps): TextService {
  const { pool, rates, catalog, running, requestSeconds, newId, now = () => new Date() } = deps;
  const { onWarning = () => {} } = deps;
  const compileSchema = createSchemaCompiler();
  const textModelOf = createTextModels(onWarning);
  const newCallId = () => `call_${newId().slice(0, 24)}`;
  const plan = (request: TextRequest) =>
    planText(request, { seed: deps.newSeed(), maxTokens: deps.maxTokens, compileSchema, newCallId });

  async function* answer(
    model: CatalogModel,
    request: TextRequest,
    { client, observer, signal }: Omit<AnswerOptions, keyof RunningRequest>,
  ): AsyncGenerator<ChoicePart> {
    const planned = plan(request);
    const prepare = createPreparation(planned, now);
    const target = catalog.toTarget(model);
    const tally = createTally(observer);
    const run = (index: number, signal: AbortSignal) => {
      const work = (lease: Lease) =>
        askEngine(lease, prepare(textModelOf(lease.model, model)).choice(index), { rates, signal });
      return readChoice(index, pool.use(target, { client, signal }, work), tally);
    };
    try {
      yield* planned.choices === 1 ? run(0, signal) : runAll(planned.choices, { run, tally, signal });
    } finally {
      tally.end();
    }
  }

  return {
    answer: (model, request, { signal, ...options }) =>
      running.run(options, { signal, seconds: requestSeconds }, (bound) =>
        answer(model, request, { ...options, signal: bound }),
      ),
    render: (model, request, loaded, { addGenerationPrompt }) =>
      plan(request).render(textModelOf(loaded, model), now(), addGenerationPrompt),
  };
}

/** A loaded model's template is compiled and probed once for each form of tool calls, and forgotten together with the model. */
function createTextModels(onWarning: (model: string, text: string) => void) {
  const known = new WeakMap<LoadedModel, Map<string | undefined, TextModel>>();
  return (loaded: LoadedModel, { name, entry: { tool_format: toolFormat } }: CatalogModel): TextModel => {
    const forms = known.get(loaded) ?? new Map<string | undefined, TextModel>();
    const found = forms.get(toolFormat);
    if (found) return found;
    const { host, defaults } = loaded;
    const model = createTextModel(host.ready, { defaults, toolFormat });
    known.set(loaded, forms.set(toolFormat, model));
    if (model.warning !== null) onWarning(name, model.warning);
    return model;
  };
}

/** Prepares the plan once for each model: another one comes only when another engine takes over. One time for all. */
function createPreparation(plan: TextPlan, now: () => Date) {
  const known = new WeakMap<TextModel, PreparedText>();
  let time: Date | undefined;
  return (model: TextModel): PreparedText => {
    time ??= now();
    const prepared = known.get(model) ?? plan.prepare(model, time);
    known.set(model, prepared);
    return prepared;
  };
}

interface EngineEvent {
  choice: Choice;
  fingerprint: string;
  event: GenerationEvent;
}

/**
 * One choice in its turn. The choice is made again where another engine takes over. Where its thought is cut, the answer comes
 * from a second request.
 */
async function* askEngine(
  { model, fingerprint }: Lease,
  choice: Choice,
  { rates, signal }: { rates: Pick<Rates, "count">; signal: AbortSignal },
): AsyncGenerator<EngineEvent> {
  let { request } = choice;
  for (let first = true; ; first = false) {
    let closed: ClosedThought | null = null;
    for await (const event of rates.count(model, model.host.run("generate", request, signal))) {
      if (first || event.type !== "started") yield { choice, fingerprint, event };
      // The reader has read it by now. Leaving the loop ends the request in the engine.
      if (event.type === "text") closed = choice.closeThought(event.text, event.tokens);
      if (closed) break;
    }
    if (!closed) return;
    yield { choice, fingerprint, event: { type: "text", text: closed.text, tokens: 0 } };
    request = closed.request;
  }
}

async function* readChoice(
  index: number,
  events: AsyncIterable<EngineEvent>,
  tally: Tally,
): AsyncGenerator<ChoicePart> {
  for await (const { choice, fingerprint, event } of events) {
    const { reader } = choice;
    const end = (reason: "stop" | "length"): ChoicePart => {
      const finish = reader.finish(reason);
      return { index, part: { type: "end", ...finish, usage: tally.finish(finish.reason) } };
    };
    switch (event.type) {
      case "started": {
        const { promptTokens, cachedTokens } = event;
        if (index === 0) tally.start(promptTokens, cachedTokens);
        yield { index, part: { type: "start", promptTokens, cachedTokens, fingerprint } };
        break;
      }
      case "text": {
        const thought = reader.reasoningTokens;
        const parts = reader.push(event.text, event.tokens, event.logprobs);
        tally.add(event.tokens, reader.reasoningTokens - thought);
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

/** Several choices at once. All but the first start when that has computed the prompt, and find it in the prefix cache. */
async function* runAll(
  choices: number,
  options: {
    run: (index: number, signal: AbortSignal) => AsyncIterable<ChoicePart>;
    tally: Tally;
    signal: AbortSignal;
  },
): AsyncGenerator<ChoicePart> {
  const { run, tally, signal } = options;
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const firstText = Promise.withResolvers<void>();
  void tally.firstText.then(firstText.resolve);
  const after = async function* (index: number) {
    await firstText.promise;
    if (!either.aborted) yield* run(index, either);
  };
  const others = Array.from({ length: choices - 1 }, (_, index) => after(index + 1));
  yield* interleave([run(0, either), ...others], () => {
    left.abort(signal.reason);
    firstText.resolve();
  });
}
