import type { Log } from "../../log.ts";
import type { FinishedRequest } from "../../metrics/requests.ts";
import { attachRecord, type RequestRecord } from "../record.ts";
import { openPaths } from "./auth.ts";

export type Handle = (request: Request) => Promise<Response>;

/** Asked every few seconds by those who watch. */
const quietPaths = new Set([...openPaths, "/metrics"]);

const saneId = /^[\w.:-]{1,128}$/;

export interface RequestLogOptions {
  log: Log;
  newId: () => string;
  /** Told of every request when its answer is over; for metrics. */
  observe: (request: FinishedRequest) => void;
}

/**
 * Gives each request its id (the client's own when it is sane), puts it on the answer and writes one line when
 * the answer is over. Never logs what was asked or answered.
 */
export function withRequestLog(handle: Handle, { log, newId, observe }: RequestLogOptions) {
  return async (request: Request, client: string): Promise<Response> => {
    const asked = request.headers.get("x-request-id") ?? "";
    const record: RequestRecord = {
      id: saneId.test(asked) ? asked : newId(),
      client,
      begunAt: performance.now(),
      done: (status) => {
        const end = performance.now();
        write(log, request, { record, status, end });
        observe(toFinished(record, end));
      },
    };
    attachRecord(request, record);
    const response = await handle(request);
    response.headers.set("x-request-id", record.id);
    if (!record.streaming) record.done(response.status);
    return response;
  };
}

function toFinished(record: RequestRecord, end: number): FinishedRequest {
  const { model, promptTokens, cachedTokens, newTokens, finish, code, begunAt, firstTokenAt } = record;
  const timeToFirstToken = firstTokenAt === undefined ? undefined : (firstTokenAt - begunAt) / 1000;
  const seconds = (end - begunAt) / 1000;
  return { model, seconds, timeToFirstToken, promptTokens, cachedTokens, newTokens, finish, code };
}

interface Ended {
  record: RequestRecord;
  status: number;
  end: number;
}

function write(log: Log, request: Request, { record, status, end }: Ended): void {
  const { firstTokenAt, newTokens = 0 } = record;
  const answering = firstTokenAt === undefined ? 0 : (end - firstTokenAt) / 1000;
  const path = new URL(request.url).pathname;
  const level = quietPaths.has(path) && status === 200 ? "debug" : "info";
  log[level](`${request.method} ${path} ${status}`, {
    id: record.id,
    client: record.client,
    key: record.key,
    model: record.model,
    stream: record.stream,
    prompt: record.promptTokens,
    cached: record.cachedTokens,
    new: record.newTokens,
    ttft: firstTokenAt === undefined ? undefined : seconds(firstTokenAt - record.begunAt),
    tokens_per_second:
      newTokens > 1 && answering > 0 ? Math.round(((newTokens - 1) / answering) * 10) / 10 : undefined,
    finish: record.finish,
    error: record.finish === record.code ? undefined : record.code,
    seconds: seconds(end - record.begunAt),
  });
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
