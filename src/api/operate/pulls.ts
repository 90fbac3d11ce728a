import { type Static, Type } from "@sinclair/typebox";
import type { Pull as Pulling } from "../../serving/pull.ts";
import type { Pulls } from "../../serving/pulls.ts";
import { orNull } from "../nullable.ts";
import { openai } from "../openai/errors.ts";
import { type ApiRequest, bodiless, type Route, withJson } from "../route.ts";

const bytes = Type.Integer({ minimum: 0, description: "Bytes" });

const Step = Type.Union([
  Type.Object({
    type: Type.Literal("fetching"),
    done: bytes,
    bytes,
    file: Type.Object({ path: Type.String(), digest: orNull(Type.String()), done: bytes, bytes }),
  }),
  Type.Object(
    { type: Type.Literal("installing"), line: Type.String() },
    { description: "The converter, which was missing" },
  ),
  Type.Object({ type: Type.Literal("converting"), stage: Type.String(), percent: orNull(Type.Number()) }),
  Type.Object({ type: Type.Literal("checking") }, { description: "In the engine" }),
]);

const states = ["queued", "running", "done", "failed", "cancelled"] as const;

export const Pull = Type.Object({
  id: Type.String(),
  object: Type.Literal("pull"),
  model: Type.String({ description: "As the hub calls it" }),
  state: Type.Union(states.map((state) => Type.Literal(state))),
  created: Type.Integer({ description: "Unix time" }),
  step: orNull(Step),
  name: orNull(Type.String({ description: "The registered name, once it is done" })),
  error: orNull(Type.Object({ code: Type.String(), message: Type.String() })),
});
export const PullList = Type.Object({ object: Type.Literal("list"), data: Type.Array(Pull) });

const Start = Type.Object(
  {
    model: Type.String({
      description:
        'OWNER/MODEL of the hub, its address, or a name of "ov-llm catalog"; :Q8_0 behind it picks a .gguf file',
    }),
  },
  { additionalProperties: true },
);

export interface PullRoutesDeps {
  pulls: Pick<Pulls, "start" | "list" | "find" | "cancel">;
}

/** /v1/pulls: models that are fetched, made ready and registered. Their progress comes over GET /v1/events, too. */
export function createPullRoutes({ pulls }: PullRoutesDeps): Route[] {
  const one = { "application/json": Pull };
  const answer = (pull: Pulling, status = 200) => ({ type: "json", status, body: toPull(pull) }) as const;
  return [
    withJson(Start, {
      method: "POST",
      path: "/v1/pulls",
      dialect: openai,
      handle: ({ body }) => answer(pulls.start(body.model)),
      doc: {
        summary: "Start fetching a model from the hub, converting and registering it; returns at once",
        answer: one,
        errors: ["forbidden", "shutting_down"],
      },
    }),
    bodiless({
      method: "GET",
      path: "/v1/pulls",
      dialect: openai,
      handle: () => ({ type: "json", body: { object: "list", data: pulls.list().map(toPull) } }),
      doc: {
        summary: "List pulls: waiting, running, and the last ones",
        answer: { "application/json": PullList },
      },
    }),
    bodiless({
      method: "GET",
      path: "/v1/pulls/:id",
      dialect: openai,
      handle: ({ params }) => answer(pulls.find(params.id ?? "")),
      doc: { summary: "Show a pull", answer: one, errors: ["request_not_found"] },
    }),
    bodiless({
      method: "POST",
      path: "/v1/pulls/:id/cancel",
      dialect: openai,
      handle: ({ params }: ApiRequest<undefined>) => answer(pulls.cancel(params.id ?? "")),
      doc: {
        summary: "Cancel a pull; what was downloaded stays for the next one",
        answer: one,
        errors: ["request_not_found"],
      },
    }),
  ];
}

function toPull({ id, model, state, createdAt, step, result, error }: Pulling): Static<typeof Pull> {
  return {
    id,
    object: "pull",
    model,
    state,
    created: Math.floor(createdAt.getTime() / 1000),
    step,
    name: result?.name ?? null,
    error: error === null ? null : { code: error.code, message: error.message },
  };
}
