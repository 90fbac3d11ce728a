import type { Log } from "../log.ts";
import type { RequestFinished, SchemaMissed, SchemaWidened, ServerEvent } from "../serving/events.ts";

/**
 * A subscriber that writes one line for each request when its answer has ended, and one for each schema that is violated or
 * cannot be enforced. It never writes prompts or answers.
 */
export function createRequestLog(log: Log): (event: ServerEvent) => void {
  return (event) => {
    if (event.topic === "request" && event.type === "finished") write(log, event);
    if (event.topic === "template") log.warn(event.warning, { model: event.model });
    if (event.topic === "schema" && event.type === "widened") writeWidened(log, event);
    if (event.topic === "schema" && event.type === "missed") writeMissed(log, event);
  };
}

function write(log: Log, request: RequestFinished): void {
  const { method, path, status, newTokens = 0, seconds, timeToFirstToken, code, finish } = request;
  const answering = timeToFirstToken === undefined ? 0 : seconds - timeToFirstToken;
  const fields = {
    id: request.id,
    client: request.client,
    key: request.key,
    model: request.model,
    asked: request.asked,
    stream: request.stream,
    prompt: request.promptTokens,
    cached: request.cachedTokens,
    new: request.newTokens,
    texts: request.texts,
    audio: request.audioSeconds,
    ttft: timeToFirstToken === undefined ? undefined : toMilliseconds(timeToFirstToken),
    tokens_per_second:
      newTokens > 1 && answering > 0 ? Math.round(((newTokens - 1) / answering) * 10) / 10 : undefined,
    finish,
    error: finish === code ? undefined : code,
    seconds: toMilliseconds(seconds),
  };
  log[request.quiet ? "debug" : "info"](`${method} ${path} ${status}`, fields, { method, path, status });
}

/** Seconds, with three decimals. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function writeWidened(log: Log, { model, tool, places, count }: SchemaWidened): void {
  const named = places.map(({ at, keyword }) => (at.endsWith(keyword) ? at : `${at} (${keyword})`));
  const others = count > places.length ? [`${count - places.length} more`] : [];
  const not_enforced = [...named, ...others].join(", ");
  log.info("a schema cannot be fully enforced; its answers are checked", { model, tool, not_enforced });
}

function writeMissed(log: Log, { model, tool, keyword }: SchemaMissed): void {
  log.warn("an answer violates its schema", { model, tool, keyword });
}
