import type { Pool } from "../engine/pool/pool.ts";
import type { Host } from "../engine/supervise/types.ts";
import type { GenerateRequest } from "../protocol/generate.ts";
import { greedy } from "../protocol/sampling.ts";
import type { Events } from "./events.ts";
import { createPrefixes, type KeptPrefixes, type PromptPrefixes } from "./prompt-prefixes.ts";

/** Computes again what a load has lost: the prompt prefixes in a model's prefix cache. */
export interface WarmUp {
  /** Notes a request for the model, which ends computing in advance. Returns a function that notes the request's end. */
  enter(model: string): () => void;
  /** Takes a request's prompt into account. */
  note(model: string, request: GenerateRequest): void;
}

export interface WarmUpOptions {
  /** OV_WARM_PREFIXES: the most prefixes of a model to compute after a load; 0: nothing is kept or computed. */
  warmPrefixes: number;
  pool: Pick<Pool, "peek">;
  events: Pick<Events, "subscribe">;
  /** Absent: texts are kept in memory only. */
  store?: PrefixesStore;
  onWarmed: (report: WarmReport) => void;
  /** Calls the function after a moment without requests; returns a function that prevents that. */
  later?: (run: () => void) => () => void;
}

/** The keys are models' names. Neither throws. */
export interface PrefixesStore {
  read(): Record<string, KeptPrefixes>;
  write(models: Record<string, KeptPrefixes>): void;
}

export interface WarmReport {
  model: string;
  prefixes: number;
  tokens: number;
  seconds: number;
}

interface Model {
  name: string;
  prefixes: PromptPrefixes;
  /** Requests that wait or run. */
  active: number;
  /** What remains to be computed since the last load. */
  left: string[];
  /** Ends the wait for a quiet moment, or the computation. */
  stop: () => void;
}

/** Milliseconds. A client with several requests sends the next one sooner. */
const quietMs = 250;

/**
 * Works without a lease: it takes no turn, keeps no model from being unloaded, and ends with its process. A request
 * that arrives meanwhile waits for one step of the engine at most.
 */
export function createWarmUp(options: WarmUpOptions): WarmUp {
  const { warmPrefixes, pool, events, store, onWarmed, later = afterQuiet } = options;
  if (warmPrefixes === 0) return { enter: () => () => {}, note: () => {} };
  const models = new Map(
    Object.entries(store?.read() ?? {}).map(([name, kept]) => [name, createModel(name, kept)]),
  );

  function find(name: string): Model {
    const model = models.get(name) ?? createModel(name);
    models.set(name, model);
    return model;
  }

  /** Models are unloaded when the server stops, too. */
  function keep(): void {
    const all = [...models].map(([name, { prefixes }]) => [name, prefixes.list(warmPrefixes)] as const);
    store?.write(Object.fromEntries(all.filter(([, list]) => list.length > 0)));
  }

  function schedule(model: Model): void {
    model.stop();
    if (model.active > 0 || model.left.length === 0) return;
    model.stop = later(() => {
      const stopping = new AbortController();
      model.stop = () => stopping.abort();
      void compute(model, stopping.signal);
    });
  }

  async function compute({ name, left }: Model, signal: AbortSignal): Promise<void> {
    const host = pool.peek(name)?.host;
    if (host === undefined || !isInterruptible(host)) return;
    const started = performance.now();
    let [prefixes, tokens] = [0, 0];
    for (let text = left[0]; text !== undefined && host.alive; text = left[0]) {
      const computed = await computeOne(host, text, signal);
      if (signal.aborted) return;
      left.shift();
      prefixes += computed === 0 ? 0 : 1;
      tokens += computed;
    }
    onWarmed({ model: name, prefixes, tokens, seconds: (performance.now() - started) / 1000 });
  }

  function forget(names: readonly string[]): void {
    for (const name of names) {
      models.get(name)?.stop();
      models.delete(name);
    }
    keep();
  }

  events.subscribe((event) => {
    if (event.topic === "registry" && event.type === "changed") forget([...event.changed, ...event.removed]);
    if (event.topic === "model" && event.type === "unloaded") keep();
    if (event.topic !== "model" || event.type !== "loaded") return;
    const model = models.get(event.model);
    if (model === undefined) return;
    model.left = model.prefixes.list(warmPrefixes).map(({ text }) => text);
    schedule(model);
  });

  return {
    enter(name) {
      const model = find(name);
      model.active += 1;
      model.stop();
      return () => {
        model.active -= 1;
        schedule(model);
      };
    },
    note(name, { prompt, add_special_tokens, cut, images }) {
      // A cut marker differs in each request, and a picture's tokens are not in the prompt's text.
      if (typeof prompt !== "string" || add_special_tokens || images !== undefined) return;
      if (cut === undefined || !prompt.includes(cut)) find(name).prefixes.note(prompt);
    },
  };
}

function createModel(name: string, kept: KeptPrefixes = []): Model {
  return { name, prefixes: createPrefixes(kept), active: 0, left: [], stop: () => {} };
}

/** The native engine computes a prompt to its end: a request would wait for all of it. */
function isInterruptible({ ready }: Host): boolean {
  return ready.engine !== "native";
}

function afterQuiet(run: () => void): () => void {
  const timer = setTimeout(run, quietMs);
  timer.unref();
  return () => clearTimeout(timer);
}

/** How many tokens it has; 0: it failed, which does no harm, because the prompt is computed when it comes. */
async function computeOne(host: Host, text: string, signal: AbortSignal): Promise<number> {
  let tokens = 0;
  try {
    for await (const event of host.run("generate", toRequest(text), signal))
      if (event.type === "started") tokens = event.promptTokens;
    return tokens;
  } catch {
    return 0;
  }
}

/** One token after the text, so that the engine computes all of the text. */
function toRequest(prompt: string): GenerateRequest {
  return {
    prompt,
    add_special_tokens: false,
    grammar: null,
    special_tokens: false,
    sampling: greedy,
    max_tokens: 1,
    ignore_eos: true,
    logprobs: false,
  };
}
