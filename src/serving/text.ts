import type { LoadedModel } from "../engine/model/loaded.ts";
import type { Lease } from "../engine/pool/lease.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { ChoicePart } from "../generate/parts.ts";
import type { RawRequest } from "../generate/raw.ts";
import type { TextRequest } from "../generate/request.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";
import { askEngine, readChoice, runAll } from "./choices.ts";
import type { Events } from "./events.ts";
import { type OpenImages, type OpenImagesOf, openImagesOf } from "./images.ts";
import { createPlanner, type RenderOptions } from "./planner.ts";
import type { Rates } from "./rates.ts";
import type { RunningRequest, RunningRequests } from "./running.ts";
import { createSchemaChecks } from "./schema-checks.ts";
import { type AnswerObserver, createTally } from "./tally.ts";
import type { RunTextJob } from "./text-jobs.ts";
import type { ShownText } from "./tokenize.ts";
import type { WarmUp } from "./warm-up.ts";

export interface TextServiceDeps {
  pool: Pick<Pool, "use">;
  rates: Pick<Rates, "start">;
  catalog: Pick<Catalog, "toTarget">;
  /** Gets what schemas ask for and answers miss. */
  events: Pick<Events, "publish">;
  /** Unique and not to be guessed. */
  newId: () => string;
  /** A random integer of 0 or more, for requests without a seed. */
  newSeed: () => number;
  /** OV_SPECIAL_TOKENS. Absent: control */
  specialTokens?: "control" | "text";
  /** OV_MAX_TOKENS: the bound of requests without one. */
  maxTokens: number;
  running: Pick<RunningRequests, "run">;
  /** Absent: no request may bring images. */
  openImages?: OpenImagesOf;
  /** Does what may take long. Absent: it is done on the loop. */
  runTextJob?: RunTextJob;
  /** Absent: nothing is computed in advance. */
  warmUp?: WarmUp;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
  /** OV_MAX_CONCURRENT: so many choices of one answer run at once, so that one with many prompts fits in the queue. */
  maxConcurrent?: number;
  now?: () => Date;
}

/** Who asks, and by which ids the request can be cancelled. */
export interface AnswerOptions extends RunningRequest {
  /** For the order of turns. */
  client: string;
  signal: AbortSignal;
  observer?: AnswerObserver;
  /** How long the model stays after it, see `ModelTarget`; null: as its entry says. */
  keepSeconds?: number | null;
}

/** Answers with text, in whatever dialect the request came. */
export interface TextService {
  /**
   * The parts of all choices, interleaved; each choice's own are in order, from `start` to `end`. Nothing happens before
   * the first is asked for. Leaving the loop cancels what still runs. A raw request needs no chat template. Throws OvErrors
   * and the signal's reason.
   */
  answer(
    model: CatalogModel,
    request: TextRequest | RawRequest,
    options: AnswerOptions,
  ): AsyncGenerator<ChoicePart>;
  /**
   * The prompt that the model's template makes of the conversation, as `answer` would. `addGenerationPrompt`: up to
   * where the answer starts. Throws `chat_template_failed`, and `unsupported_parameter` for images without their files.
   */
  render(
    model: CatalogModel,
    request: TextRequest,
    loaded: LoadedModel,
    options: RenderOptions,
  ): Promise<ShownText>;
  /** Files of a request's images, which its prompt names. Whoever opened them releases them. */
  openImages(model: CatalogModel, request: TextRequest, signal: AbortSignal): Promise<OpenImages>;
}

export function createTextService(deps: TextServiceDeps): TextService {
  const { pool, rates, catalog, running, requestSeconds } = deps;
  const { maxConcurrent = Number.POSITIVE_INFINITY } = deps;
  const checks = createSchemaChecks(deps.events);
  const warn = createWarnings(deps.events);
  const { plan, render } = createPlanner(deps);

  /** One generator for all of it: each further one would take time for each token. */
  async function* answer(
    model: CatalogModel,
    request: TextRequest | RawRequest,
    { client, observer, signal, keepSeconds = null }: Omit<AnswerOptions, keyof RunningRequest>,
  ): AsyncGenerator<ChoicePart> {
    await using end = new AsyncDisposableStack();
    end.defer(deps.warmUp?.enter(model.name) ?? (() => {}));
    const images = await openImagesOf(request, model, { open: deps.openImages, signal });
    end.defer(images.release);
    const planned = await plan(model, request, { client, images: images.files });
    const { choices, choicesPerPrompt, loose, prepare } = planned;
    checks.note(model.name, loose);
    // A choice that starts late runs on the model as it is registered then: the older one has made way.
    const toTarget = () => ({ ...catalog.toTarget(model), keepSeconds });
    const tally = createTally(observer);
    end.defer(tally.end);
    const run = (index: number, signal: AbortSignal) => {
      const work = async (lease: Lease) => {
        const { choice, warning } = await prepare(lease.model, signal);
        warn(lease.model, model.name, warning);
        const made = choice(index);
        if (index === 0) {
          tally.ask();
          deps.warmUp?.note(model.name, made.request);
        }
        return askEngine(lease, made, { rates, signal });
      };
      const events = pool.use(toTarget(), { client, signal }, work);
      return readChoice(index, events, { tally, hasPrompt: index % choicesPerPrompt === 0 });
    };
    const many = { run, tally, signal, atOnce: maxConcurrent };
    const parts = choices === 1 ? run(0, signal) : runAll(choices, many);
    yield* loose.length === 0 ? parts : checks.watch(model.name, loose, parts);
  }

  return {
    answer: (model, request, { signal, ...options }) =>
      running.run(options, { signal, seconds: requestSeconds }, (bound) =>
        answer(model, request, { ...options, signal: bound }),
      ),
    render,
    openImages: (model, request, signal) => openImagesOf(request, model, { open: deps.openImages, signal }),
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
