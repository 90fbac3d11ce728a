import { isMarked } from "../api/dialect.ts";
import type { Route } from "../api/route.ts";

/** The routes of one method and path: one for each dialect that serves it. */
export type RouteGroup = readonly [Route, ...Route[]];

export interface RouteTable {
  groups: RouteGroup[];
  /** The route of a request to that path pattern; undefined where nothing is served. */
  find(request: Request, path: string | undefined): Route | undefined;
}

/** Throws a TypeError where routes share a method and a path and cannot be told apart before their body is read. */
export function createRouteTable(routes: readonly Route[]): RouteTable {
  const groups = new Map<string, [Route, ...Route[]]>();
  for (const route of routes) {
    const key = toKey(route.method, route.path);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [route]);
    else group.push(refuseBody(route, group[0]));
  }
  return {
    groups: [...groups.values()],
    find(request, path) {
      const group = groups.get(toKey(request.method, path ?? ""));
      return group && chooseRoute(group, request.headers);
    },
  };
}

/** The route of the dialect that the headers name, otherwise the first. */
export function chooseRoute(group: RouteGroup, headers: Headers): Route {
  return group.find(({ dialect }) => isMarked(dialect, headers)) ?? group[0];
}

function toKey(method: string, path: string): string {
  return `${method} ${path}`;
}

/** A group shares one way to read the body and one schema of the query. */
function refuseBody(route: Route, first: Route): Route {
  const isPlain = [route, first].every(({ body, query }) => body.type === "none" && query === undefined);
  if (isPlain && route.dialect.marker !== undefined) return route;
  throw new TypeError(`${toKey(route.method, route.path)} is served twice`);
}
