import { describe, expect, test } from "bun:test";
import { ChatCompletionRequest } from "../../src/api/openai/chat/request.ts";
import { errorCatalogue, isErrorCode } from "../../src/errors.ts";
import { createKeyring } from "../../src/http/auth.ts";
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
      "/": ["get"],
      "/health": ["get"],
      "/health/live": ["get"],
      "/health/ready": ["get"],
      "/metrics": ["get"],
      "/v1/chat/completions/{id}/cancel": ["post"],
      "/v1/events": ["get"],
      "/v1/history": ["get"],
      "/v1/catalog": ["get"],
      "/v1/tunings": ["get"],
      "/v1/models/{id}/pin": ["post"],
      "/v1/models/{id}/unpin": ["post"],
      "/v1/requests": ["get"],
      "/v1/embeddings": ["post"],
      "/v1/rerank": ["post"],
      "/v2/rerank": ["post"],
      "/rerank": ["post"],
      "/v1/score": ["post"],
      "/score": ["post"],
      "/v1/classify": ["post"],
      "/classify": ["post"],
      "/v1/doctor": ["get"],
      "/v1/audio/transcriptions": ["post"],
      "/v1/audio/translations": ["post"],
      "/v1/audio/speech": ["post"],
      "/v1/pulls": ["post", "get"],
      "/v1/pulls/{id}": ["get"],
      "/v1/pulls/{id}/cancel": ["post"],
      "/tokenize": ["post"],
      "/detokenize": ["post"],
      "/api/blobs/{digest}": ["post"],
      "/api/chat": ["post"],
      "/api/copy": ["post"],
      "/api/create": ["post"],
      "/api/delete": ["delete"],
      "/api/embed": ["post"],
      "/api/embeddings": ["post"],
      "/api/generate": ["post"],
      "/api/ps": ["get"],
      "/api/pull": ["post"],
      "/api/push": ["post"],
      "/api/show": ["post"],
      "/api/tags": ["get"],
      "/api/version": ["get"],
      "/api/v0/models": ["get"],
      "/api/v0/models/{id}": ["get"],
      "/v1/models": ["get"],
      "/v1/models/{id}": ["get"],
      "/v1/models/{id}/load": ["post"],
      "/v1/models/{id}/unload": ["post"],
      "/v1/chat/completions": ["post"],
      "/v1/messages": ["post"],
      "/v1/messages/count_tokens": ["post"],
      "/v1/messages/{id}/cancel": ["post"],
      "/v1/responses": ["post"],
      "/v1/responses/compact": ["post"],
      "/v1/responses/input_tokens": ["post"],
      "/v1/responses/{id}": ["get", "delete"],
      "/v1/responses/{id}/cancel": ["post"],
      "/v1/responses/{id}/input_items": ["get"],
      "/v1/completions": ["post"],
      "/infill": ["post"],
    });
  });

  test("describes the chat request, its two kinds of answer and the errors", async () => {
    const { paths } = await readDocument();
    const { requestBody, responses } = paths["/v1/chat/completions"].post;
    const { schema } = requestBody.content["application/json"];
    expect(Object.keys(schema.properties)).toEqual(Object.keys(ChatCompletionRequest.properties));
    expect(Object.keys(responses["200"].content)).toEqual(["application/json", "text/event-stream"]);
    const { error } = responses["404"].content["application/json"].schema.properties;
    expect(error.properties.code).toMatchObject({ const: "model_not_found" });
    expect(error.properties.type).toMatchObject({ const: "invalid_request_error" });
  });

  test("describes each error under the status that it has", async () => {
    const { paths } = await readDocument();
    const answers = Object.values<object>(paths).flatMap((methods) => Object.values(methods));
    const described = answers.flatMap(({ responses }) =>
      Object.entries<{ description: string }>(responses)
        .filter(([status, { description }]) => status !== "200" && !description.includes(" would "))
        .flatMap(([status, { description }]) => description.split(", ").map((code) => [code, status])),
    );
    expect(described.length).toBeGreaterThan(60);
    for (const [code = "", status] of described) {
      expect([code, isErrorCode(code) && String(errorCatalogue[code].status)]).toEqual([code, status ?? ""]);
    }
  });

  test("describes each event of a stream, the last one and one with an error included", async () => {
    const { paths } = await readDocument();
    const { schema } = paths["/v1/chat/completions"].post.responses["200"].content["text/event-stream"];
    const [end, { contentMediaType, contentSchema }] = schema.properties.data.anyOf;
    expect(end.const).toBe("[DONE]");
    expect(contentMediaType).toBe("application/json");
    const kinds = contentSchema.anyOf.map(({ required }: { required: string[] }) => required);
    expect(kinds).toEqual([expect.arrayContaining(["choices"]), ["error"]]);
  });

  test("says whether a key is asked, and where none is", async () => {
    const { components, security } = await readDocument();
    expect(components.securitySchemes.key).toMatchObject({ type: "http", scheme: "bearer" });
    expect(security).toEqual([]);
    const keys = createKeyring(() => [{ name: "a", key: "a key of the tests" }]);
    const authorization = "Bearer a key of the tests";
    const response = await createTestApp({ keys }).send("/openapi.json", { headers: { authorization } });
    const document = JSON.parse(await response.text());
    expect(document.security).toEqual([{ key: [] }]);
    const open = Object.keys(document.paths).filter(
      (path) => document.paths[path].get?.security?.length === 0,
    );
    expect(open).toEqual(["/", "/health", "/health/live", "/health/ready"]);
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
