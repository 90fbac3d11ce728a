import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type Api, ownPrefix } from "../api/api.ts";
import {
  EventData,
  Health,
  Model,
  ModelList,
  RequestFinished,
  type RunningRequest,
  RunningRequestList,
  type Tuning,
  TuningList,
} from "../api/schemas.ts";
import type { SseEvent } from "../api/sse.ts";
import type { Failures } from "./failures.ts";
import { createLogLines, type LogLine } from "./log-lines.ts";
import type { Meter } from "./meter.ts";
import type { Pulls } from "./pulls.ts";
import { throttle } from "./throttle.ts";

const logLines = 500;
/** What is known of the server, kept up to date by its events. */
export interface Server {
  readonly connection: ReadonlySignal<"connecting" | "live" | "lost">;
  readonly health: ReadonlySignal<Health | null>;
  /** By their own names. */
  readonly models: ReadonlySignal<readonly Model[] | null>;
  /** What was measured last of models by `ov-llm tune`, by their names. */
  readonly tunings: ReadonlySignal<ReadonlyMap<string, Tuning>>;
  readonly requests: ReadonlySignal<readonly RunningRequest[]>;
  readonly log: ReadonlySignal<readonly LogLine[]>;
  load(model: string): Promise<void>;
  unload(model: string): Promise<void>;
  pin(model: string, isPinned: boolean): Promise<void>;
  cancel(request: string): Promise<void>;
  clearLog(): void;
  refreshRequests(): Promise<void>;
  /** Follows the events until one of them fails or the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
  lose(): void;
}

export interface ServerDeps {
  api: Api;
  meter: Pick<Meter, "see" | "end">;
  failures: Pick<Failures, "attempt">;
  /** Hears of its events. */
  pulls: Pick<Pulls, "take" | "refresh">;
  /** Unix time in milliseconds. */
  now: () => number;
}

export function createServer({ api, meter, failures: { attempt }, pulls, now }: ServerDeps): Server {
  const connection = signal<"connecting" | "live" | "lost">("connecting");
  const health = signal<Health | null>(null);
  const models = signal<readonly Model[] | null>(null);
  const tunings = signal<ReadonlyMap<string, Tuning>>(new Map());
  const requests = signal<readonly RunningRequest[]>([]);
  const log = signal<readonly LogLine[]>([]);
  const lines = createLogLines(logLines);

  const showLog = throttle(250, () => {
    log.value = lines.read();
  });
  const refreshModels = throttle(300, () => void attempt(readModels));
  // Each is a line in the server's log.
  const refreshSpeeds = throttle(10_000, () => void attempt(readModels));
  const refreshRequestsSoon = throttle(300, () => void attempt(refreshRequests));

  async function readModels(): Promise<void> {
    const [{ data }, state, tuned] = await Promise.all([
      api.get("/v1/models", ModelList),
      api.get("/health", Health),
      api.get("/v1/tunings", TuningList),
    ]);
    batch(() => {
      models.value = data.filter(({ parent }) => parent === null);
      health.value = state;
      tunings.value = new Map(tuned.data.map((one) => [one.model, one]));
    });
  }

  async function refreshRequests(): Promise<void> {
    const { data } = await api.get("/v1/requests", RunningRequestList);
    meter.see(data);
    requests.value = data;
  }

  function take({ name, data }: SseEvent): void {
    const parsed = parse(EventData, data);
    if (parsed === null) return;
    if (name === "request.finished") finish(parsed);
    if (name === "request.started") start(parsed);
    if (/^(model\.(loaded|load_failed|unloaded|crashed)|registry\.)/.test(name)) refreshModels();
    pulls.take(name, parsed);
    if (isNews(name, parsed)) {
      lines.add(name, parsed, now());
      showLog();
    }
  }

  function start({ model }: EventData): void {
    refreshRequestsSoon();
    const isReady = models.value?.some(({ id, state }) => id === model && state === "ready");
    if (!isReady) refreshModels();
  }

  function finish(data: EventData): void {
    if (!Value.Check(RequestFinished, data) || data.model === null) return;
    meter.end(data.id, data.new_tokens ?? 0, data.time_to_first_token);
    requests.value = requests.value.filter(({ id }) => id !== data.id);
    refreshSpeeds();
  }

  const ask = (path: string, schema: TSchema) => attempt(() => api.post(path, schema));
  const toPath = (model: string, verb: string) => `/v1/models/${encodeURIComponent(model)}/${verb}`;

  return {
    connection,
    health,
    models,
    tunings,
    requests,
    log,
    async load(model) {
      const path = toPath(model, "load");
      const loading = ask(path, Model);
      // It is shown as loading, which no event reports.
      refreshModels();
      await loading;
      refreshModels();
    },
    async unload(model) {
      await ask(toPath(model, "unload"), Model);
      refreshModels();
    },
    async pin(model, isPinned) {
      await ask(toPath(model, isPinned ? "pin" : "unpin"), Model);
      refreshModels();
    },
    async cancel(request) {
      await ask(`/v1/chat/completions/${encodeURIComponent(request)}/cancel`, EventData);
      refreshRequestsSoon();
    },
    clearLog() {
      lines.clear();
      log.value = [];
    },
    async refreshRequests() {
      await attempt(refreshRequests);
    },
    async follow(signal) {
      const events = api.stream("/v1/events", signal);
      // Subscribed before the state is read: what happens in between is not missed.
      const first = events.next();
      first.catch(() => {});
      await Promise.all([readModels(), refreshRequests(), pulls.refresh()]);
      connection.value = "live";
      for (let next = await first; !next.done; next = await events.next()) take(next.value);
    },
    lose() {
      connection.value = "lost";
    },
  };
}

/** What pages ask to be up to date is none, unless it fails; nor is how full a cache is. */
function isNews(name: string, { id, path, status }: EventData): boolean {
  const isOwn = String(id).startsWith(ownPrefix) || String(path).startsWith("/page/");
  return name !== "model.kv_cache" && !(isOwn && status === 200);
}

function parse<T extends TSchema>(schema: T, text: string): Static<T> | null {
  const data: unknown = JSON.parse(text);
  return Value.Check(schema, data) ? data : null;
}
