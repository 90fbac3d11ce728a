import { describe, expect, test } from "bun:test";
import { ChatCompletionRequest } from "../../src/openai/requests.ts";
import { createTestApp } from "../helpers/app.ts";

async function readDocument() {
  const response = await createTestApp().get("/openapi.json");
  expect(response.status).toBe(200);
  return JSON.parse(await response.text());
}

describe("GET /openapi.json", () => {
  test("lists every route that is served", async () => {
    const { paths } = await readDocument();
    const routes = Object.entries(paths).map(([path, methods]) => [path, Object.keys(methods ?? {})]);
    expect(Object.fromEntries(routes)).toEqual({
      "/health": ["get"],
      "/health/live": ["get"],
      "/health/ready": ["get"],
      "/metrics": ["get"],
      "/v1/chat/completions/{id}/cancel": ["post"],
      "/v1/models": ["get"],
      "/v1/models/{id}": ["get"],
      "/v1/models/{id}/load": ["post"],
      "/v1/models/{id}/unload": ["post"],
      "/v1/chat/completions": ["post"],
    });
  });

  test("describes the chat request, its two kinds of answer and the errors", async () => {
    const { paths } = await readDocument();
    const { requestBody, responses } = paths["/v1/chat/completions"].post;
    const { schema } = requestBody.content["application/json"];
    expect(Object.keys(schema.properties)).toEqual(Object.keys(ChatCompletionRequest.properties));
    expect(Object.keys(responses["200"].content)).toEqual(["application/json", "text/event-stream"]);
    expect(responses.default.content["application/json"].schema.properties).toHaveProperty("error");
  });

  test("says that a key may be asked", async () => {
    const { components, security } = await readDocument();
    expect(components.securitySchemes.key).toMatchObject({ type: "http", scheme: "bearer" });
    expect(security).toEqual([{ key: [] }, {}]);
  });

  test("leaves reading the body to the app's own parser", async () => {
    const app = createTestApp();
    const broken = await app.send("/v1/chat/completions", { method: "POST", body: '{"model": oops}' });
    expect(await broken.text()).toContain("at line 1, column 11");
    const messages = [{ role: "user", content: "Hi" }];
    const answer = await app.chat({ messages }, { headers: { "content-type": "text/plain" } });
    expect(answer.status).toBe(200);
  });
});
