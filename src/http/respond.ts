import type { Answer, Route } from "../api/route.ts";
import { OvError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type RequestRecord, recordOf, toClient } from "./record.ts";
import { openStream, type StreamTimes } from "./stream.ts";
import { toStreamHeaders } from "./stream-format.ts";

export interface RespondOptions extends StreamTimes {
  log: Log;
}

/** The request as read, decoded and validated by Elysia. */
export interface RoutedRequest {
  request: Request;
  body: unknown;
  params: Record<string, string>;
  query: Record<string, string | undefined>;
}

/** Calls the route's handler and turns its answer into a Response. Throws what the handler throws. */
export async function respond(
  route: Route,
  { request, body, params, query }: RoutedRequest,
  options: RespondOptions,
): Promise<Response> {
  const record = recordOf(request);
  record.quiet = route.quiet ?? false;
  const client = watchClient(request.signal);
  const answer = await route.handle({
    id: record.id,
    body,
    params,
    query,
    headers: request.headers,
    signal: client.signal,
    client: toClient(record),
    key: record.key,
    notes: record.notes,
  });
  return await toResponse(answer, { route, request, record, client, options });
}

interface Answering {
  route: Route;
  request: Request;
  record: RequestRecord;
  client: AbortController;
  options: RespondOptions;
}

async function toResponse(answer: Answer, answering: Answering): Promise<Response> {
  switch (answer.type) {
    case "json":
      return Response.json(answer.body, { status: answer.status ?? 200, headers: answer.headers ?? {} });
    case "raw": {
      const headers = { ...answer.headers, "content-type": answer.contentType };
      return new Response(answer.body, { status: answer.status ?? 200, headers });
    }
    case "stream":
      return await toStream(answer, answering);
  }
}

async function toStream(
  { format, headers = {}, events, endless = false, renderError }: Extract<Answer, { type: "stream" }>,
  { route, request, record, client, options }: Answering,
): Promise<Response> {
  if (request.method === "HEAD") {
    await events.return(undefined);
    return new Response(null, { headers: { ...toStreamHeaders(format), ...headers } });
  }
  const response = await openStream(events, {
    ...options,
    format,
    endless,
    signal: client.signal,
    abort: (reason) => client.abort(reason),
    renderError: renderError ?? ((error) => route.dialect.renderStreamError(error, record.id)),
    keepAlive: route.dialect.keepAlive,
    onEnd(failure) {
      const isNormal = failure === null || (endless && failure.code === "client_closed_request");
      if (isNormal) return record.end(200);
      record.code = failure.code;
      logUnforeseen(options.log, failure, record.id);
      record.end(failure.status);
    },
  });
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  record.streaming = true;
  return response;
}

/** Aborts with an OvError when the client leaves. */
function watchClient(signal: AbortSignal): AbortController {
  const client = new AbortController();
  const leave = () => client.abort(new OvError("client_closed_request", "The client closed the connection."));
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return client;
}

/** Logs an unforeseen error with its stack. */
export function logUnforeseen(log: Log, { code, message, cause }: OvError, id: string): void {
  if (code !== "internal_error") return;
  log.error(message, { id, stack: cause instanceof Error ? cause.stack : undefined });
}
