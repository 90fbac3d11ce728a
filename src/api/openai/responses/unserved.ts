import { Type } from "@sinclair/typebox";
import { OvError } from "../../../errors.ts";
import { bodiless, type Route } from "../../route.ts";
import { openai } from "../errors.ts";

/**
 * POST /v1/responses/compact, which would otherwise be taken for a response's id with the wrong method. It is no 404: LiteLLM would
 * take the whole server for gone.
 */
export function createUnservedResponsesRoute(): Route {
  const what = "compact conversations";
  return bodiless({
    method: "POST",
    path: "/v1/responses/compact",
    dialect: openai,
    handle() {
      throw new OvError("invalid_request", {
        what: `This server does not ${what} (POST /v1/responses/compact)`,
        why: "only OpenAI can make and read such items",
        next: 'Send the whole conversation with "truncation": "auto", or let your client summarize it.',
      });
    },
    doc: {
      summary: `Not served: ${what}`,
      answer: { "application/json": Type.Never() },
      errors: ["invalid_request"],
    },
  });
}
