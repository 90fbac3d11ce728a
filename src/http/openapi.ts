import { openapi } from "@elysiajs/openapi";
import type { TSchema } from "@sinclair/typebox";
import { ErrorBody } from "../openai/responses.ts";
import { version } from "../version.ts";

type Content = Record<string, TSchema>;

/**
 * The documentation of a route, by content type of its answer. Answers are described, not checked at run time:
 * the types of the code that builds them already hold them to the same schemas. `unready`: of a 503 that is no error.
 */
export function documented(summary: string, content: Content, unready?: Content) {
  return {
    summary,
    responses: {
      200: { description: "The answer", content: toContent(content) },
      ...(unready && { 503: { description: "It would not serve now", content: toContent(unready) } }),
      default: {
        description: "An error, as OpenAI's clients read it",
        content: toContent({ "application/json": ErrorBody }),
      },
    },
  };
}

function toContent(content: Content) {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));
}

/** GET /openapi.json, made from the route schemas. */
export function openapiDocument() {
  return openapi({
    specPath: "/openapi.json",
    provider: null,
    documentation: {
      info: {
        title: "ov-llm",
        version,
        description: "OpenAI-compatible model server for Intel hardware",
      },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer", description: "OV_API_KEY" } } },
      // Either: a server without OV_API_KEY asks for none.
      security: [{ key: [] }, {}],
    },
  });
}
