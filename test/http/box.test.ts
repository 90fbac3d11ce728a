import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { openai } from "../../src/api/openai/errors.ts";
import { bodiless } from "../../src/api/route.ts";
import { toBoxName } from "../../src/daemon/app.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createRouteApp } from "../helpers/routes.ts";

const origin = "http://page.example";
const key = "a key of the tests";
const authorization = `Bearer ${key}`;
const doc = { summary: "x", answer: { "application/json": Type.Unknown() } };

async function* stream() {
  yield { data: { text: "x" } };
}

const routes = [
  bodiless({
    method: "GET",
    path: "/whole",
    dialect: openai,
    handle: () => ({ type: "json", body: {} }),
    doc,
  }),
  bodiless({
    method: "GET",
    path: "/stream",
    dialect: openai,
    handle: () => ({ type: "stream", format: "sse", events: stream() }),
    doc,
  }),
];
const app = createRouteApp(routes, {
  box: "kitchen",
  keys: createKeyring(() => [{ name: "test", key }]),
  access: { host: "127.0.0.1", allowedHosts: [], corsOrigins: [origin], machine: "box" },
});

describe("x-ov-llm-box names the machine", () => {
  test.each([
    ["an answer", "/whole", { authorization }, 200],
    ["a stream", "/stream", { authorization }, 200],
    ["a path that is not there", "/nowhere", { authorization }, 404],
    ["a request without a key", "/whole", {}, 401],
  ])("on %s", async (_what, path, headers, status) => {
    const answer = await app.send(path, { headers });
    expect([answer.status, answer.headers.get("x-ov-llm-box")]).toEqual([status, "kitchen"]);
    await answer.text();
  });

  test("to pages of other origins, too", async () => {
    const { headers } = await app.send("/whole", { headers: { authorization, origin } });
    expect(headers.get("access-control-expose-headers")).toContain("x-ov-llm-box");
  });
});

test.each([
  ["kitchen", "pc-1", "kitchen"],
  [null, "pc-1.home", "pc-1.home"],
  [null, "Küche 2", "K-che-2"],
  [null, "x".repeat(65), "x".repeat(64)],
  [null, "", "box"],
])("OV_BOX_NAME %p on the machine %j gives %j", (named, machine, expected) => {
  expect(toBoxName(named, machine)).toBe(expected);
});
