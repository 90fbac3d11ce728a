import { Counter, Histogram, type Registry } from "prom-client";
import type { RequestFinished } from "../serving/events.ts";

/** What is counted for a request whose answer has ended. */
export type FinishedRequest = Pick<
  RequestFinished,
  | "model"
  | "seconds"
  | "timeToFirstToken"
  | "promptTokens"
  | "cachedTokens"
  | "newTokens"
  | "texts"
  | "audioSeconds"
  | "finish"
  | "code"
>;

// vLLM's bucket edges (vllm/v1/metrics/loggers.py), so that its dashboards and habits fit.
const firstTokenEdges = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160,
];
const tokenEdges = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
export const requestEdges = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920,
];
const lengthEdges = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

/** Metrics of requests; returns the function that takes each request when its answer has ended. */
export function addRequestMetrics(registry: Registry): (request: FinishedRequest) => void {
  const common = { labelNames: ["model"], registers: [registry] };
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ ...common, name: `ov_llm_${name}`, help, buckets });
  const counter = (name: string, help: string, ...labels: string[]) =>
    new Counter({ ...common, name: `ov_llm_${name}`, help, labelNames: ["model", ...labels] });

  const firstToken = histogram(
    "time_to_first_token_seconds",
    "From the request to its first token, waiting and loading included",
    firstTokenEdges,
  );
  const perToken = histogram(
    "inter_token_latency_seconds",
    "Time per output token after the first: the mean of each request",
    tokenEdges,
  );
  const whole = histogram(
    "e2e_request_latency_seconds",
    "From the request to the end of its answer",
    requestEdges,
  );
  const promptLength = histogram("request_prompt_tokens", "Tokens of each prompt", lengthEdges);
  const answerLength = histogram("request_generation_tokens", "Tokens of each answer", lengthEdges);
  const prompts = counter("prompt_tokens_total", "Tokens of all prompts");
  const answers = counter("generation_tokens_total", "Tokens of all answers");
  const queries = counter(
    "prefix_cache_queries_total",
    "Prompt tokens that were looked up in the prefix cache",
  );
  const hits = counter("prefix_cache_hits_total", "Prompt tokens that were found in the prefix cache");
  const texts = counter(
    "texts_total",
    "Texts that were embedded or classified, and documents that were ranked",
  );
  const audio = counter("audio_seconds_total", "Seconds of the recordings that were transcribed");
  const successes = counter(
    "request_success_total",
    "Completed answers, by finish reason",
    "finished_reason",
  );
  const failures = counter(
    "request_errors_total",
    "Requests that ended with an error; without a model if they named no registered one",
    "code",
  );

  /** For an answer that is text. */
  function observeText(
    of: { model: string },
    { promptTokens = 0, cachedTokens = 0, newTokens = 0, timeToFirstToken, seconds }: FinishedRequest,
  ): void {
    queries.inc(of, promptTokens);
    hits.inc(of, cachedTokens);
    answers.inc(of, newTokens);
    if (timeToFirstToken === undefined) return;
    firstToken.observe(of, timeToFirstToken);
    if (newTokens > 1) perToken.observe(of, (seconds - timeToFirstToken) / (newTokens - 1));
  }

  function observeEnd(of: { model: string }, { finish = "unknown", seconds }: FinishedRequest): void {
    successes.inc({ ...of, finished_reason: finish });
    whole.observe(of, seconds);
  }

  return (request) => {
    const { model, promptTokens, newTokens = 0, ...end } = request;
    if (end.code !== undefined) failures.inc({ model: model ?? "", code: end.code });
    if (model === undefined) return;
    const of = { model };
    if (end.audioSeconds !== undefined) audio.inc(of, end.audioSeconds);
    if (promptTokens === undefined) {
      if (end.audioSeconds !== undefined && end.code === undefined) observeEnd(of, request);
      return;
    }
    prompts.inc(of, promptTokens);
    if (end.texts === undefined) observeText(of, request);
    else texts.inc(of, end.texts);
    if (end.code !== undefined) return;
    observeEnd(of, request);
    promptLength.observe(of, promptTokens);
    if (end.texts === undefined) answerLength.observe(of, newTokens);
  };
}
