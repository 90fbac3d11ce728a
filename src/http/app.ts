import { TypeRegistry } from "@sinclair/typebox";
import { type AnyElysia, Elysia, t } from "elysia";
import { type Dialect, findDialect } from "../api/dialect.ts";
import { type BodyReader, isUpload, type Route, uploadKind } from "../api/route.ts";
import type { Log } from "../log.ts";
import type { Events } from "../serving/events.ts";
import type { OpenRequests } from "../serving/open-requests.ts";
import { type Access, checkAccess, refuseTwoHosts } from "./access.ts";
import { checkKey, type Keyring, toRoutedPath } from "./auth.ts";
import { checkJsonType, type LargeBody, type ReadBody, readJsonBody } from "./body/json.ts";
import { readMultipartBody } from "./body/multipart.ts";
import { crossOrigin } from "./cross-origin.ts";
import { methodsAt, namesOf, renderFailure, toFailure } from "./errors.ts";
import { openapiDocument, toDetail } from "./openapi.ts";
import { recordOf, startRecord, toClient } from "./record.ts";
import { logUnforeseen, type RespondOptions, respond } from "./respond.ts";
import { chooseRoute, createRouteTable, type RouteGroup } from "./route-table.ts";
import type { StreamTimes } from "./stream.ts";

export interface AppDeps {
  routes: Route[];
  /** The first one handles paths that no prefix claims. */
  dialects: readonly [Dialect, ...Dialect[]];
  log: Log;
  events: Pick<Events, "publish">;
  /** Gets the running and waiting requests. Absent: they are not tracked. */
  openRequests?: Pick<OpenRequests, "add">;
  keys: Keyring;
  /** Who may use it while no key is required. */
  access: Access;
  /** OV_MAX_BODY, in bytes. */
  maxBody: number;
  /** Reads a large body off the event loop, for a client. Absent: all are read on it. */
  readLarge?: (body: LargeBody, client: string) => Promise<ReadBody>;
  /** The machine's name, for clients that reach several through one address: the header `x-ov-llm-box` of every answer. */
  box: string;
  /** Unique, without its prefix. */
  newId: () => string;
  streamTimes?: StreamTimes;
}

/** Answers a request from the given client address. */
export type AppHandler = (request: Request, client: string) => Promise<Response>;

const usualTimes: StreamTimes = { keepAliveSeconds: 10, patienceSeconds: 60 };

/** The API of these routes; never listens itself. A request passes record, CORS, key, route, body, schema and handler. */
export function createApp(deps: AppDeps): AppHandler {
  const app = createRouter(deps);
  return async (request, client) => {
    const record = startRecord(request, client, deps);
    const response = await app.fetch(request);
    response.headers.set("x-request-id", record.id);
    response.headers.set("x-ov-llm-box", deps.box);
    const { idHeader } = findDialect(deps.dialects, toRoutedPath(request.url), request.headers);
    if (idHeader !== undefined) response.headers.set(idHeader, record.id);
    if (!record.streaming) record.end(response.status);
    return response;
  };
}

/** Elysia routes, validates, describes the API and handles CORS; everything else is ours, and is called from here. */
function createRouter(deps: AppDeps) {
  const { routes, dialects, log, keys, access, streamTimes } = deps;
  const table = createRouteTable(routes);
  const unserved = dialects.flatMap((dialect) => dialect.unserved ?? []);
  const open = new Set(routes.filter((route) => route.open).map(({ path }) => path));

  TypeRegistry.Set(uploadKind, (_schema, value) => isUpload(value));
  const app = new Elysia({
    // Bodies are validated without conversions.
    normalize: false,
    // Otherwise the path is sought from the 11th character on, and a host of up to three letters ("nas") shifts it.
    handler: { standardHostname: false },
  })
    .onError({ as: "global" }, ({ code, error, request, route: path }) => {
      const record = recordOf(request);
      const route = table.find(request, path);
      const failure = toFailure({ code, error, request, route, paths, unserved });
      record.code = failure.code;
      record.asked = failure.asked;
      logUnforeseen(log, failure, record.id);
      const { pathname } = new URL(request.url);
      const methods = code === "NOT_FOUND" ? methodsAt(pathname, paths) : [];
      const dialect = route?.dialect ?? findDialect(dialects, pathname, request.headers);
      return renderFailure(failure, { dialect, methods, requestId: record.id });
    })
    .onRequest(({ request }) => {
      refuseTwoHosts(request);
      if (!keys.asks) checkAccess(request, access);
    })
    .use(crossOrigin([...access.corsOrigins]))
    .onRequest(({ request }) => {
      const path = toRoutedPath(request.url);
      if (!keys.asks || open.has(path)) return;
      recordOf(request).key = checkKey(request, keys, findDialect(dialects, path, request.headers));
    })
    .onParse({ as: "global" }, ({ request, route }) =>
      readBody(table.find(request, route)?.body ?? { type: "none" }, request, deps),
    )
    .use(openapiDocument(keys.asks));
  for (const group of table.groups) mount(app, group, { ...usualTimes, ...streamTimes, log });
  const paths = listPaths(app.routes);
  return app;
}

function mount(app: AnyElysia, group: RouteGroup, options: RespondOptions): void {
  const { method, path, body, query } = group[0];
  const names = namesOf(path);
  const hook = {
    ...(names.length > 0 && {
      params: t.Object(Object.fromEntries(names.map((name) => [name, t.String()]))),
    }),
    ...(query && { query }),
    detail: toDetail(group),
  };
  if (body.type === "none") {
    app.route(
      method,
      path,
      ({ request, params, query }) =>
        respond(chooseRoute(group, request.headers), { request, params, query, body: undefined }, options),
      hook,
    );
    return;
  }
  // Read by `readBody`; without this key the OpenAPI document would leave the body out.
  const parse = body.type === "json" ? "json" : "formdata";
  app.route(
    method,
    path,
    ({ request, params, query, body }) => respond(group[0], { request, params, query, body }, options),
    { ...hook, body: body.schema, parse },
  );
}

async function readBody(body: BodyReader, request: Request, deps: AppDeps): Promise<unknown> {
  const { maxBody: maxBytes, readLarge } = deps;
  switch (body.type) {
    case "none":
      return null;
    case "json": {
      checkJsonType(request.headers);
      const client = toClient(recordOf(request));
      return await readJsonBody(request, {
        maxBytes,
        schema: body.schema,
        readLarge: readLarge && ((large) => readLarge(large, client)),
      });
    }
    case "multipart":
      return await readMultipartBody(request, maxBytes);
  }
}

function listPaths(all: readonly { path: string; method: string }[]): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const { path, method } of all) {
    if (method !== "OPTIONS") paths.set(path, [...(paths.get(path) ?? []), method]);
  }
  return paths;
}
