import { type Static, Type } from "@sinclair/typebox";
import type { Recent } from "../../serving/recent.ts";
import { orNull } from "../nullable.ts";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

const count = Type.Integer({ minimum: 0 });

const HistoryMinute = Type.Object({
  at: Type.Integer({ description: "Its start, Unix time in seconds" }),
  requests: Type.Integer({ minimum: 0, description: "Requests to models that ended" }),
  failed: Type.Integer({ minimum: 0, description: "Those of them with a status of 500 or more" }),
  new_tokens: count,
  time_to_first_token: orNull(Type.Number({ minimum: 0, description: "Mean, in seconds" })),
  most_running: Type.Integer({ minimum: 0, description: "Most requests at once" }),
});

export const HistoryList = Type.Object({ object: Type.Literal("list"), data: Type.Array(HistoryMinute) });

export interface HistoryRoutesDeps {
  recent: Pick<Recent, "read">;
}

/** GET /v1/history: the last hour by minutes, without those in which nothing happened. */
export function createHistoryRoutes({ recent }: HistoryRoutesDeps): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/v1/history",
      dialect: openai,
      quiet: true,
      handle() {
        const data = recent.read().map(
          (minute): Static<typeof HistoryMinute> => ({
            at: minute.at,
            requests: minute.finished,
            failed: minute.failed,
            new_tokens: minute.newTokens,
            time_to_first_token: minute.timeToFirstToken,
            most_running: minute.mostRunning,
          }),
        );
        return { type: "json", body: { object: "list", data } };
      },
      doc: {
        summary: "Show the last hour's activity by the minute",
        answer: { "application/json": HistoryList },
      },
    }),
  ];
}
