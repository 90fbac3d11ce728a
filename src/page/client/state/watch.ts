import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../api/api.ts";
import { readByModel } from "../api/prometheus.ts";
import { HistoryList } from "../api/schemas.ts";
import { toEarlierSamples } from "./earlier.ts";
import { createHistory, type History } from "./history.ts";
import type { Key } from "./key.ts";
import type { Meter } from "./meter.ts";
import type { Server } from "./server.ts";

const sampleSeconds = 5;
const hourSamples = 3600 / sampleSeconds;
const longestPause = 15_000;

export interface Watch {
  readonly history: History;
  /** Grows with each sample. */
  readonly sampled: ReadonlySignal<number>;
  /** Bytes that each loaded model's process held at the last sample. */
  readonly memory: ReadonlySignal<ReadonlyMap<string, number>>;
  /** Takes a sample now: how the server was since the last one. */
  sample(at: number): Promise<void>;
  /** Follows the server and takes samples until the signal aborts; connects again when the connection breaks. */
  run(signal: AbortSignal): void;
}

export interface WatchDeps {
  api: Pick<Api, "get" | "getText">;
  server: Pick<Server, "connection" | "models" | "requests" | "refreshRequests" | "follow" | "lose">;
  meter: Pick<Meter, "take">;
  key: Pick<Key, "wanted">;
  /** Whether the page is hidden. */
  isHidden: () => boolean;
}

export function createWatch({ api, server, meter, key, isHidden }: WatchDeps): Watch {
  const history = createHistory(hourSamples);
  const sampled = signal(0);
  const memory = signal<ReadonlyMap<string, number>>(new Map());
  let last = Number.NaN;
  let earlier: "unknown" | "asked" | "known" = "unknown";

  const isIdle = () => server.models.value?.every(({ state }) => state === "unloaded") ?? true;

  async function sample(at: number): Promise<void> {
    if (server.connection.value !== "live") return;
    const text = isIdle() ? "" : await api.getText("/metrics");
    if (server.requests.value.length > 0) await server.refreshRequests();
    const { tokens, timeToFirstToken } = meter.take();
    const held = readByModel(text, "ov_llm_host_memory_bytes");
    history.add({
      at,
      tokensPerSecond: tokens / (Number.isNaN(last) ? sampleSeconds : Math.max(at - last, 1)),
      timeToFirstToken,
      running: sum(readByModel(text, "ov_llm_num_requests_running")),
      waiting: sum(readByModel(text, "ov_llm_num_requests_waiting")),
      kvCache: Math.max(0, ...readByModel(text, "ov_llm_kv_cache_usage_perc").values()),
      memory: sum(held),
    });
    last = at;
    batch(() => {
      memory.value = held;
      sampled.value += 1;
    });
  }

  /** Asks what was before the page was opened, until it was answered once. Samples taken meanwhile come after it. */
  async function addEarlier(): Promise<void> {
    if (earlier !== "unknown") return;
    earlier = "asked";
    try {
      const { data } = await api.get("/v1/history", HistoryList);
      const opened = history.read("at")[0] ?? Date.now() / 1000;
      history.addEarlier(toEarlierSamples(data, opened));
      earlier = "known";
      sampled.value += 1;
    } finally {
      if (earlier === "asked") earlier = "unknown";
    }
  }

  async function connect(signal: AbortSignal): Promise<void> {
    for (let pause = 1000; !signal.aborted; pause = Math.min(pause * 2, longestPause)) {
      const started = performance.now();
      await server.follow(signal).catch(() => {});
      server.lose();
      if (key.wanted.value !== "no") return;
      if (performance.now() - started > longestPause) pause = 1000;
      await wait(pause, signal);
    }
  }

  return {
    history,
    sampled,
    memory,
    sample,
    run(signal) {
      void connect(signal);
      const stop = server.connection.subscribe((state) => {
        if (state === "live") void addEarlier().catch(() => {});
      });
      // While something runs, its progress is shown each second.
      const look = setInterval(() => {
        if (server.requests.value.length > 0 && !isHidden()) void server.refreshRequests();
      }, 1000);
      const taking = setInterval(() => void sample(Date.now() / 1000).catch(() => {}), sampleSeconds * 1000);
      signal.addEventListener("abort", () => {
        stop();
        clearInterval(look);
        clearInterval(taking);
      });
    },
  };
}

function sum(values: ReadonlyMap<string, number>): number {
  return [...values.values()].reduce((one, other) => one + other, 0);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
