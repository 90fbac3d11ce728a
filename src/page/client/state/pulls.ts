import { type ReadonlySignal, signal } from "@preact/signals";
import { Value } from "@sinclair/typebox/value";
import type { Api } from "../api/api.ts";
import {
  type EventData,
  Pull,
  PullList,
  PullProgress,
  type Suggestion,
  SuggestionList,
} from "../api/schemas.ts";
import type { SseEvent } from "../api/sse.ts";
import type { Failures } from "./failures.ts";
import { throttle } from "./throttle.ts";

/** Models that are fetched and made ready. */
export interface Pulls {
  /** The newest first. */
  readonly list: ReadonlySignal<readonly ShownPull[]>;
  /** Known models that fit the server's machine; null: not asked for yet. */
  readonly suggestions: ReadonlySignal<readonly Suggestion[] | null>;
  suggest(): Promise<void>;
  /** False: it was refused. */
  start(model: string): Promise<boolean>;
  cancel(id: string): Promise<void>;
  refresh(): Promise<void>;
  take(name: SseEvent["name"], data: EventData): void;
}

export interface ShownPull {
  id: string;
  model: string;
  state: Pull["state"];
  /** What it does now: `fetching`; null: nothing yet. */
  step: string | null;
  /** Of this step; null: unknown. */
  percent: number | null;
  /** Why it failed, or that it registered a model. */
  note: string | null;
  /** The name of the model that it registered. */
  registered: string | null;
}

export function createPulls(api: Api, { attempt }: Failures): Pulls {
  const list = signal<readonly ShownPull[]>([]);
  const suggestions = signal<readonly Suggestion[] | null>(null);
  const refresh = async () => {
    const { data } = await api.get("/v1/pulls", PullList);
    list.value = data.map(toShown).reverse();
  };
  const refreshSoon = throttle(300, () => void attempt(refresh));
  return {
    list,
    suggestions,
    async suggest() {
      await attempt(async () => {
        suggestions.value = (await api.get("/v1/catalog", SuggestionList)).data;
      });
    },
    refresh,
    async start(model) {
      const isTaken = await attempt(() => api.post("/v1/pulls", Pull, { model }));
      refreshSoon();
      return isTaken;
    },
    async cancel(id) {
      await attempt(() => api.post(`/v1/pulls/${encodeURIComponent(id)}/cancel`, Pull));
      refreshSoon();
    },
    take(name, data) {
      if (!name.startsWith("conversion.")) return;
      if (name !== "conversion.progress") return refreshSoon();
      if (!Value.Check(PullProgress, data)) return;
      const { id, step, percent } = data;
      list.value = list.value.map((pull) => (pull.id === id ? { ...pull, step, percent } : pull));
    },
  };
}

function toShown({ id, model, state, step, name, error }: Pull): ShownPull {
  const note = error?.message ?? (name === null ? null : `Registered as ${name}`);
  return {
    id,
    model,
    state,
    step: step?.stage ?? step?.type ?? null,
    percent: toPercent(step),
    note,
    registered: name,
  };
}

function toPercent(step: Pull["step"]): number | null {
  if (step?.done !== undefined && step.bytes) return (step.done / step.bytes) * 100;
  return step?.percent ?? null;
}
