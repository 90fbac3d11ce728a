import { openai } from "../../src/api/openai/errors.ts";
import type { Route } from "../../src/api/route.ts";
import { type AppDeps, createApp } from "../../src/http/app.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createEvents, type RequestFinished } from "../../src/serving/events.ts";
import { silentLog } from "./log.ts";

/** The HTTP side over routes of a test; `finished` has every request whose answer is over. */
export function createRouteApp(routes: Route[], extra: Partial<Omit<AppDeps, "events">> = {}) {
  const events = createEvents();
  const finished: RequestFinished[] = [];
  events.subscribe((event) => {
    if (event.topic === "request" && event.type === "finished") finished.push(event);
  });
  let id = 0;
  const handle = createApp({
    routes,
    events,
    dialects: [openai],
    log: silentLog,
    keys: createKeyring(() => []),
    access: { host: "127.0.0.1", allowedHosts: [], corsOrigins: [], machine: "box" },
    maxBody: 10_000,
    box: "box",
    newId: () => String(id++),
    ...extra,
  });
  const send = (path: string, init: RequestInit = {}) =>
    handle(new Request(`http://localhost${path}`, init), "-");
  return { handle, send, events, finished };
}
