import type { Lease } from "../engine/pool/lease.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { LoadedModel } from "../engine/pool/target.ts";
import type { TextModel } from "../generate/model.ts";
import type { ChoicePart } from "../generate/parts.ts";
import { type Choice, type PreparedText, planText, type TextPlan } from "../generate/plan.ts";
import type { TextRequest } from "../generate/request.ts";
import type { GenerationEvent } from "../protocol/generate.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";
import { interleave } from "./interleave.ts";
import { createPrompting, type Prompting } from "./prompting.ts";
import type { Rates } from "./rates.ts";
import type { RunningRequest, RunningRequests } from "./running.ts";
import { type AnswerObserver, createTally, type Tally } from "./tally.ts";
import type { RunTextJob } from "./text-jobs.ts";

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
  /** Does what may take long. Absent: it is done on the loop. */
  runTextJob?: RunTextJob;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
  now?: () => Date;
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
    options: { addGenerationPrompt: boolean; client: string },
  ): Promise<string>;
}

export function createTextService(deps: TextServiceDeps): TextService {
  const { pool, rates, catalog, running, requestSeconds, newId, now = () => new Date() } = deps;
  const prompting = createPrompting(deps.runTextJob);
  const modelOf = (loaded: LoadedModel, { entry }: CatalogModel, client: string) =>
    prompting.modelOf(loaded, entry.tool_format, client);
  const newCallId = () => `call_${newId().slice(0, 24)}`;
  const plan = async (request: TextRequest, client: string) => {
    const rules = await prompting.compileRules(request, client);
    return planText(request, { seed: deps.newSeed(), maxTokens: deps.maxTokens, rules, newCallId });
  };

  async function* answer(
    model: CatalogModel,
    request: TextRequest,
    { client, observer, signal }: Omit<AnswerOptions, keyof RunningRequest>,
  ): AsyncGenerator<ChoicePart> {
    const planned = await plan(request, client);
    const prepare = createPreparation(planned, { prompting, now, client });
    const target = catalog.toTarget(model);
    const tally = createTally(observer);
    const run = (index: number, signal: AbortSignal) => {
      const work = async function* (lease: Lease) {
        const prepared = await prepare(await modelOf(lease.model, model, client));
        yield* askEngine(lease, prepared.choice(index), { rates, signal });
      };
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
    async render(model, request, loaded, { addGenerationPrompt, client }) {
      const { source } = await plan(request, client);
      const options = { now: now(), addGenerationPrompt, client };
      return await prompting.render(source, await modelOf(loaded, model, client), options);
    },
  };
}

interface PreparationOptions {
  prompting: Pick<Prompting, "render">;
  now: () => Date;
  client: string;
}

/** Prepares the plan once for each model: another one comes only when another engine takes over. One time for all. */
function createPreparation(plan: TextPlan, { prompting, now, client }: PreparationOptions) {
  const known = new WeakMap<TextModel, Promise<PreparedText>>();
  let time: Date | undefined;
  const make = async (model: TextModel, now: Date): Promise<PreparedText> =>
    plan.prepare(model, await prompting.render(plan.source, model, { now, client }));
  return (model: TextModel): Promise<PreparedText> => {
    time ??= now();
    const prepared = known.get(model) ?? make(model, time);
    known.set(model, prepared);
    return prepared;
  };
}

interface EngineEvent {
  choice: Choice;
  fingerprint: string;
  event: GenerationEvent;
}

/** One choice in its turn. The choice is made again where another engine takes over. */
async function* askEngine(
  { model, fingerprint }: Lease,
  choice: Choice,
  { rates, signal }: { rates: Pick<Rates, "count">; signal: AbortSignal },
): AsyncGenerator<EngineEvent> {
  for await (const event of rates.count(model, model.host.run("generate", choice.request, signal))) {
    yield { choice, fingerprint, event };
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
