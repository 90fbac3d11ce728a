import { type Static, Type } from "@sinclair/typebox";
import type { RunningRequests } from "../../serving/running.ts";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

/** The answer of POST /v1/chat/completions/{id}/cancel; OpenAI's API has it only for its responses. */
export const Cancellation = Type.Object({
  id: Type.String(),
  object: Type.Literal("chat.completion.cancelled"),
  cancelled: Type.Literal(true),
});

export type Cancellation = Static<typeof Cancellation>;

/** POST /v1/chat/completions/{id}/cancel: {id} as in the answer's chunks, or the request's `x-request-id`. */
export function createCancelRoutes({ running }: { running: RunningRequests }): Route[] {
  return [
    bodiless({
      method: "POST",
      path: "/v1/chat/completions/:id/cancel",
      dialect: openai,
      handle({ params: { id = "" }, key }) {
        running.cancel(id, key);
        const body: Cancellation = { id, object: "chat.completion.cancelled", cancelled: true };
        return { type: "json", body };
      },
      doc: {
        summary: "Cancel a running or waiting request of any API",
        answer: { "application/json": Cancellation },
        errors: ["request_not_found"],
      },
    }),
  ];
}
