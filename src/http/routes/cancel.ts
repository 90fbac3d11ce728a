import { Elysia, t } from "elysia";
import { Cancellation } from "../../api/operate/cancellation.ts";
import type { RunningRequests } from "../../serving/running.ts";
import { documented } from "../openapi.ts";
import { recordOf } from "../record.ts";

/** POST /v1/chat/completions/{id}/cancel: {id} as in the answer's chunks, or the request's `x-request-id`. */
export function cancel(running: RunningRequests) {
  return new Elysia({ name: "cancel" }).post(
    "/v1/chat/completions/:id/cancel",
    ({ params, request }): Cancellation => {
      running.cancel(params.id, recordOf(request).key);
      return { id: params.id, object: "chat.completion.cancelled", cancelled: true };
    },
    {
      params: t.Object({ id: t.String() }),
      detail: documented({
        summary: "End a chat that runs or waits",
        answer: { "application/json": Cancellation },
        errors: ["invalid_request", "request_not_found"],
      }),
    },
  );
}
