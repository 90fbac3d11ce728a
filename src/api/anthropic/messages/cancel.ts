import { type Static, Type } from "@sinclair/typebox";
import type { RunningRequests } from "../../../serving/running.ts";
import { bodiless, type Route } from "../../route.ts";
import { anthropic } from "../errors.ts";

/** Anthropic's API cancels nothing but batches; this is ours, in its words. */
export const CancelledMessage = Type.Object({
  id: Type.String(),
  type: Type.Literal("message_cancelled"),
});

/** POST /v1/messages/{id}/cancel: {id} as in `message_start`, or the answer's `request-id`. */
export function createMessageCancel({ running }: { running: Pick<RunningRequests, "cancel"> }): Route {
  return bodiless({
    method: "POST",
    path: "/v1/messages/:id/cancel",
    dialect: anthropic,
    handle({ params: { id = "" }, key }) {
      running.cancel(id, key);
      const body: Static<typeof CancelledMessage> = { id, type: "message_cancelled" };
      return { type: "json", body };
    },
    doc: {
      summary: "Cancel a running or waiting message",
      answer: { "application/json": CancelledMessage },
      errors: ["request_not_found"],
    },
  });
}
