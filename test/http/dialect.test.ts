import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import type { Dialect } from "../../src/api/dialect.ts";
import { openai } from "../../src/api/openai/errors.ts";
import { bodiless, withJson } from "../../src/api/route.ts";
import { OvError } from "../../src/errors.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createRouteApp } from "../helpers/routes.ts";

/** Another contract than OpenAI's: its own key, its own shape. */
const other: Dialect = {
  prefixes: ["/other/"],
  keyHint: "x-api-key: <key>",
  marker: "x-other-version",
  idHeader: "x-other-id",
  keepAlive: { event: "alive", data: {} },
  readKey: (headers) => headers.get("x-api-key") ?? undefined,
  renderError: ({ status, code, message }, id) => ({
    status,
    headers: { "x-other": "yes" },
    body: { type: "error", code, message, id },
  }),
  renderStreamError: ({ code }, id) => ({ event: "error", data: { code, id } }),
  describeError: () => Type.Object({ type: Type.Literal("error") }),
};
const doc = { summary: "Something", answer: { "application/json": Type.Object({}) } };
const routes = [
  withJson(Type.Object({ n: Type.Integer() }, { additionalProperties: true }), {
    method: "POST",
    path: "/other/:id/double",
    dialect: other,
    handle: ({ body: { n }, params: { id }, key, client }) => {
      if (n < 0) throw new OvError("queue_full", "Full.");
      return { type: "json", body: { n: n * 2, id, key: key ?? null, client } };
    },
    doc,
  }),
  bodiless({
    method: "GET",
    path: "/other/stream",
    dialect: other,
    handle: () => ({ type: "stream", format: "sse", events: breaking() }),
    doc,
  }),
  bodiless({
    method: "GET",
    path: "/plain",
    dialect: openai,
    handle: () => ({ type: "raw", status: 201, contentType: "text/x-plain", body: "text" }),
    doc,
  }),
  both(openai, "openai"),
  both(other, "other"),
];

/** A path that both dialects serve. */
function both(dialect: Dialect, name: string) {
  const answer = { "application/json": Type.Object({ [name]: Type.Boolean() }) };
  return bodiless({
    method: "GET",
    path: "/both/:id",
    dialect,
    handle: ({ params: { id } }) => {
      if (id === "none") throw new OvError("model_not_found", "None.");
      return { type: "json", body: { [name]: true } };
    },
    doc: { summary: "Both", answer, errors: ["model_not_found"] },
  });
}

async function* breaking() {
  yield { data: { n: 1 } };
  throw new OvError("engine_failed", "Broken.");
}

const keys = createKeyring(() => [{ name: "mine", key: "secret" }]);
const double = (send: ReturnType<typeof createRouteApp>["send"], body: string, headers = {}) =>
  send("/other/7/double", { method: "POST", body, headers });

describe("a dialect", () => {
  test.each<[string, string, RequestInit, string, number]>([
    ["a body that is not JSON", "/other/7/double", { method: "POST", body: "{" }, "invalid_json", 400],
    [
      "a body that is too large",
      "/other/7/double",
      { method: "POST", body: "x".repeat(20_000) },
      "request_too_large",
      413,
    ],
    [
      "what the schema refuses",
      "/other/7/double",
      { method: "POST", body: '{"n":"x"}' },
      "invalid_request",
      400,
    ],
    [
      "a name that is no text",
      "/other/%FF/double",
      { method: "POST", body: '{"n":1}' },
      "invalid_request",
      400,
    ],
    ["what the handler throws", "/other/7/double", { method: "POST", body: '{"n":-1}' }, "queue_full", 429],
    ["another method", "/other/7/double", {}, "method_not_allowed", 405],
    ["a path below its prefix", "/other/nowhere", {}, "route_not_found", 404],
  ])("renders %s", async (_, path, init, code, status) => {
    const { send, finished } = createRouteApp(routes, { dialects: [openai, other] });
    const response = await send(path, init);
    expect([response.status, response.headers.get("x-other")]).toEqual([status, "yes"]);
    expect(await response.json()).toMatchObject({ type: "error", code });
    expect(finished).toMatchObject([{ status, code }]);
  });

  test("leaves other paths to the first one", async () => {
    const { send } = createRouteApp(routes, { dialects: [openai, other] });
    expect(await (await send("/nowhere")).json()).toMatchObject({ error: { code: "route_not_found" } });
  });

  test("names how its key comes", async () => {
    const { send } = createRouteApp(routes, { dialects: [openai, other], keys });
    const refused = await double(send, '{"n":1}', { authorization: "Bearer secret" });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({
      type: "error",
      message: expect.stringContaining("x-api-key"),
    });
    expect((await double(send, '{"n":1}', { "x-api-key": "wrong" })).status).toBe(401);
    const answer = await double(send, '{"n":1}', { "x-api-key": "secret" });
    expect(await answer.json()).toEqual({ n: 2, id: "7", key: "mine", client: "mine@-" });
    expect((await send("/plain", { headers: { "x-api-key": "secret" } })).status).toBe(401);
  });

  test("ends a broken stream with its own event", async () => {
    const { send } = createRouteApp(routes, { dialects: [openai, other] });
    expect(await (await send("/other/stream")).text()).toEndWith(
      'event: error\ndata: {"code":"engine_failed","id":"req_0"}\n\n',
    );
  });

  test("has its own sign of life in a silent stream", async () => {
    const gate = Promise.withResolvers<void>();
    const silent = bodiless({
      method: "GET",
      path: "/other/silent",
      dialect: other,
      handle: () => ({
        type: "stream",
        format: "sse",
        events: (async function* () {
          await gate.promise;
          yield { data: "over" };
        })(),
      }),
      doc,
    });
    const streamTimes = { keepAliveSeconds: 0.01, patienceSeconds: 10 };
    const { send } = createRouteApp([silent], { dialects: [openai, other], streamTimes });
    const reader = (await send("/other/silent")).body?.pipeThrough(new TextDecoderStream()).getReader();
    for (const _ of [1, 2]) expect((await reader?.read())?.value).toBe("event: alive\ndata: {}\n\n");
    gate.resolve();
    await reader?.cancel();
  });

  test("has its own header for the request's id, which its errors name", async () => {
    const { send } = createRouteApp(routes, { dialects: [openai, other] });
    const headers = { "x-request-id": "mine" };
    const answer = await double(send, '{"n":1}', headers);
    expect([answer.headers.get("x-other-id"), answer.headers.get("x-request-id")]).toEqual(["mine", "mine"]);
    const refused = await double(send, '{"n":-1}', headers);
    expect(refused.headers.get("x-other-id")).toBe("mine");
    expect(await refused.json()).toMatchObject({ id: "mine" });
    expect((await send("/plain")).headers.get("x-other-id")).toBeNull();
  });

  test("is described by its own errors", async () => {
    const { send } = createRouteApp(routes, { dialects: [openai, other] });
    const { paths } = JSON.parse(await (await send("/openapi.json")).text());
    const { responses, summary } = paths["/other/{id}/double"].post;
    expect(summary).toBe("Something");
    expect(responses["400"].content["application/json"].schema.properties.type.const).toBe("error");
  });
});

describe("a header that only one dialect's clients send", () => {
  const marked = { "x-other-version": "1" };
  const app = () => createRouteApp(routes, { dialects: [openai, other] });

  test("decides who answers where both serve a path, also with an error", async () => {
    const { send } = app();
    expect(await (await send("/both/a")).json()).toEqual({ openai: true });
    const response = await send("/both/a", { headers: marked });
    expect(await response.json()).toEqual({ other: true });
    expect(response.headers.get("x-other-id")).toBe("req_1");
    expect(await (await send("/both/none")).json()).toMatchObject({ error: { code: "model_not_found" } });
    const refused = await send("/both/none", { headers: marked });
    expect(await refused.json()).toMatchObject({ type: "error", code: "model_not_found" });
  });

  test("decides whose error it is where nothing is served, and changes nothing at another's route", async () => {
    const { send } = app();
    expect((await send("/nowhere", { headers: marked })).headers.get("x-other")).toBe("yes");
    expect((await send("/plain", { headers: marked })).status).toBe(201);
  });

  test("decides where the key is looked for", async () => {
    const { send } = createRouteApp(routes, { dialects: [openai, other], keys });
    const withKey = { "x-api-key": "secret" };
    expect((await send("/both/a", { headers: withKey })).status).toBe(401);
    expect((await send("/both/a", { headers: { ...withKey, ...marked } })).status).toBe(200);
  });

  test("has both kinds of answer and error in the document", async () => {
    const { paths } = JSON.parse(await (await app().send("/openapi.json")).text());
    const { responses } = paths["/both/{id}"].get;
    const kinds = (status: number) => responses[status].content["application/json"].schema.anyOf.length;
    expect([kinds(200), kinds(404)]).toEqual([2, 2]);
  });

  test("cannot decide whose body is read", () => {
    const twice = withJson(Type.Object({}), {
      ...both(other, "other"),
      handle: () => ({ type: "json", body: {} }),
    });
    expect(() => createRouteApp([both(openai, "openai"), twice])).toThrow("GET /both/:id is served twice");
    expect(() => createRouteApp([both(openai, "openai"), both(openai, "openai")])).toThrow(
      "GET /both/:id is served twice",
    );
  });
});

test("a raw answer keeps its status and type", async () => {
  const response = await createRouteApp(routes).send("/plain");
  expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
    201,
    "text/x-plain",
    "text",
  ]);
});

test("an error that nobody foresaw is a 500, logged with its stack", async () => {
  const lines: string[] = [];
  const note = (message: string, fields?: object) => void lines.push(message, JSON.stringify(fields));
  const log = { error: note, warn: note, info: note, debug: note };
  const broken = bodiless({
    method: "GET",
    path: "/broken",
    dialect: openai,
    handle: () => {
      throw new TypeError("oops");
    },
    doc,
  });
  const response = await createRouteApp([broken], { log }).send("/broken");
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ error: { code: "internal_error" } });
  expect(lines[0]).toContain("oops");
  expect(lines[1]).toContain("dialect.test.ts");
});
