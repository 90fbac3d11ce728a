import { type Static, Type } from "@sinclair/typebox";
import type { OpenRequest, OpenRequests } from "../../serving/open-requests.ts";
import { orNull } from "../nullable.ts";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

const count = Type.Integer({ minimum: 0 });
const seconds = Type.Number({ minimum: 0 });

/** A request that waits or is answered now. */
export const RunningRequest = Type.Object({
  id: Type.String({ description: "Its `x-request-id`, by which it can be cancelled" }),
  object: Type.Literal("request"),
  method: Type.String(),
  path: Type.String(),
  client: Type.String({ description: "Address of who asked" }),
  key: orNull(Type.String({ description: "The name of the API key" })),
  model: Type.String(),
  state: Type.Union([
    Type.Literal("waiting", { description: "For the model, its turn, or the engine to take its prompt" }),
    Type.Literal("answering"),
  ]),
  prompt_tokens: orNull(count),
  cached_tokens: orNull(count),
  new_tokens: count,
  seconds,
  time_to_first_token: orNull(seconds),
});

export const RunningRequestList = Type.Object({
  object: Type.Literal("list"),
  data: Type.Array(RunningRequest),
});

export type RunningRequest = Static<typeof RunningRequest>;
export type RunningRequestList = Static<typeof RunningRequestList>;

/** GET /v1/requests: what runs and waits now. Holds no prompts and no answers. */
export function createRequestsRoutes({
  openRequests,
}: {
  openRequests: Pick<OpenRequests, "list">;
}): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/v1/requests",
      dialect: openai,
      quiet: true,
      handle() {
        const body: RunningRequestList = { object: "list", data: openRequests.list().map(toRunning) };
        return { type: "json", body };
      },
      doc: {
        summary: "List the running and waiting requests",
        answer: { "application/json": RunningRequestList },
      },
    }),
  ];
}

function toRunning({ promptTokens, cachedTokens, newTokens, ...request }: OpenRequest): RunningRequest {
  const { id, method, path, client, key, model, seconds, timeToFirstToken } = request;
  return {
    id,
    object: "request",
    method,
    path,
    client,
    key: key ?? null,
    model,
    state: promptTokens === undefined ? "waiting" : "answering",
    prompt_tokens: promptTokens ?? null,
    cached_tokens: cachedTokens ?? null,
    new_tokens: newTokens ?? 0,
    seconds,
    time_to_first_token: timeToFirstToken ?? null,
  };
}
