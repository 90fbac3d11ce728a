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
  name: "other",
  prefixes: ["/other/"],
  keyHint: "x-api-key: <key>",
  readKey: (headers) => headers.get("x-api-key") ?? undefined,
  renderError: ({ status, code, message }) => ({
    status,
    headers: { "x-other": "yes" },
    body: { type: "error", code, message },
  }),
  renderStreamError: ({ code }) => ({ event: "error", data: { code } }),
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
];

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
      'event: error\ndata: {"code":"engine_failed"}\n\n',
    );
  });

  test("is described by its own errors", async () => {
    const { send } = createRouteApp(routes, { dialects: [openai, other] });
    const { paths } = JSON.parse(await (await send("/openapi.json")).text());
    const { responses, summary } = paths["/other/{id}/double"].post;
    expect(summary).toBe("Something");
    expect(responses["400"].content["application/json"].schema.properties.type.const).toBe("error");
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
