import type { Lease } from "../engine/pool/lease.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { LoadedModel } from "../engine/pool/target.ts";
import { applyDefaults } from "../generate/defaults.ts";
import { createTextModel, type TextModel } from "../generate/model.ts";
import type { ChoicePart } from "../generate/parts.ts";
import { type Choice, type PreparedText, planText, type TextPlan } from "../generate/plan.ts";
import type { TextRequest } from "../generate/request.ts";
import { createWideningCompiler } from "../grammar/json-schema/compiled.ts";
import type { GenerationEvent } from "../protocol/generate.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";
import type { Events } from "./events.ts";
import { interleave } from "./interleave.ts";
import type { Rates } from "./rates.ts";
import type { RunningRequest, RunningRequests } from "./running.ts";
import { createSchemaChecks } from "./schema-checks.ts";
import { type AnswerObserver, createTally, type Tally } from "./tally.ts";

export interface TextServiceDeps {
  pool: Pick<Pool, "use">;
  rates: Pick<Rates, "count">;
  catalog: Pick<Catalog, "toTarget">;
  /** Gets what schemas ask for and answers miss. */
  events: Pick<Events, "publish">;
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
  const compileSchema = createWideningCompiler();
  const checks = createSchemaChecks(deps.events);
  const textModelOf = createTextModels();
  const warn = createWarnings(deps.events);
  const newCallId = () => `call_${newId().slice(0, 24)}`;
  const plan = ({ defaults = {} }: CatalogModel, request: TextRequest) =>
    planText(applyDefaults(request, defaults), {
      seed: deps.newSeed(),
      maxTokens: deps.maxTokens,
      compileSchema,
      newCallId,
    });

  async function* answer(
    model: CatalogModel,
    request: TextRequest,
    { client, observer, signal }: Omit<AnswerOptions, keyof RunningRequest>,
  ): AsyncGenerator<ChoicePart> {
    const planned = plan(model, request);
    checks.note(model.name, planned.loose);
    const prepare = createPreparation(planned, now);
    const target = catalog.toTarget(model);
    const tally = createTally(observer);
    const run = (index: number, signal: AbortSignal) => {
      const work = (lease: Lease) => {
        const prepared = prepare(textModelOf(lease.model, model));
        warn(lease.model, model.name, prepared.warning);
        if (index === 0) tally.ask();
        return askEngine(lease, prepared.choice(index), { rates, signal });
      };
      return readChoice(index, pool.use(target, { client, signal }, work), tally);
    };
    const parts = planned.choices === 1 ? run(0, signal) : runAll(planned.choices, { run, tally, signal });
    try {
      yield* planned.loose.length === 0 ? parts : checks.watch(model.name, planned.loose, parts);
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
      plan(model, request).render(textModelOf(loaded, model), now(), addGenerationPrompt),
  };
}

/** A loaded model's template is compiled and probed once for each form of tool calls, and forgotten together with the model. */
function createTextModels() {
  const known = new WeakMap<LoadedModel, Map<string | undefined, TextModel>>();
  return (loaded: LoadedModel, { entry: { tool_format: toolFormat } }: CatalogModel): TextModel => {
    const forms = known.get(loaded) ?? new Map<string | undefined, TextModel>();
    const { host, defaults } = loaded;
    const model = forms.get(toolFormat) ?? createTextModel(host.ready, { defaults, toolFormat });
    known.set(loaded, forms.set(toolFormat, model));
    return model;
  };
}

/** Publishes each warning once for each load. */
function createWarnings(events: Pick<Events, "publish">) {
  const known = new WeakMap<LoadedModel, Set<string>>();
  return (loaded: LoadedModel, model: string, warning: string | null): void => {
    const before = known.get(loaded) ?? new Set<string>();
    if (warning === null || before.has(warning)) return;
    known.set(loaded, before.add(warning));
    events.publish({ topic: "template", type: "warning", model, warning });
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
      return { index, part: { type: "end", ...finish, ...tally.finish(finish.reason) } };
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
