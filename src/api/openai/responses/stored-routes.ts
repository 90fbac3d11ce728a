import { OvError } from "../../../errors.ts";
import type { KeptAnswers } from "../../../serving/kept.ts";
import type { RunningRequests } from "../../../serving/running.ts";
import { malformed, quote, unsupported } from "../../refusal.ts";
import { bodiless, type Route } from "../../route.ts";
import { openai } from "../errors.ts";
import type { StoredResponse } from "./input.ts";
import { toItemList } from "./item-list.ts";
import { Deletion, ItemList, ItemListQuery, Response, ResponseQuery } from "./response.ts";

export interface StoredResponsesDeps {
  responses: KeptAnswers<StoredResponse>;
  running: Pick<RunningRequests, "cancel">;
}

/** What is done with a response by its id: GET and DELETE /v1/responses/{id}, /cancel and /input_items. */
export function createStoredResponsesRoutes({ responses, running }: StoredResponsesDeps): Route[] {
  function find(id: string, key: string | undefined): StoredResponse {
    const stored = responses.live(key, id) ?? responses.find(key, id);
    if (!stored) throw notFound(id);
    return stored;
  }

  return [
    bodiless({
      method: "GET",
      path: "/v1/responses/:id",
      dialect: openai,
      query: ResponseQuery,
      handle({ params: { id = "" }, key, query: { stream } }) {
        if (stream === "true")
          throw unsupported("stream", "is not supported here: events are not stored. Leave it out.");
        return { type: "json", body: find(id, key).response };
      },
      doc: {
        summary: "Show a stored response",
        answer: { "application/json": Response },
        errors: ["response_not_found", "unsupported_parameter"],
      },
    }),
    bodiless({
      method: "DELETE",
      path: "/v1/responses/:id",
      dialect: openai,
      handle({ params: { id = "" }, key }) {
        if (!responses.remove(key, id)) throw notFound(id);
        const body: Deletion = { id, object: "response", deleted: true };
        return { type: "json", body };
      },
      doc: {
        summary: "Delete a stored response",
        answer: { "application/json": Deletion },
        errors: ["response_not_found"],
      },
    }),
    bodiless({
      method: "POST",
      path: "/v1/responses/:id/cancel",
      dialect: openai,
      handle({ params: { id = "" }, key }) {
        const live = responses.live(key, id);
        if (!live) {
          const { status } = find(id, key).response;
          throw malformed("id", `is ${quote(id)}, a response that has ended: it is ${status}.`);
        }
        running.cancel(id, key);
        const body: Response = { ...live.response, status: "cancelled" };
        return { type: "json", body };
      },
      doc: {
        summary: "Cancel a response that is being generated",
        answer: { "application/json": Response },
        errors: ["response_not_found", "request_not_found"],
      },
    }),
    bodiless({
      method: "GET",
      path: "/v1/responses/:id/input_items",
      dialect: openai,
      query: ItemListQuery,
      handle: ({ params: { id = "" }, key, query }) => ({
        type: "json",
        body: toItemList(find(id, key).input, query),
      }),
      doc: {
        summary: "List the input items of a stored response",
        answer: { "application/json": ItemList },
        errors: ["response_not_found"],
      },
    }),
  ];
}

function notFound(id: string): OvError {
  const what = `Cannot find the response ${quote(id)}`;
  const why = "it was not stored, was deleted, is forgotten, or was asked with another API key";
  return new OvError("response_not_found", { what, why }, { param: "id" });
}
