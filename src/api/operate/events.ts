import { type TSchema, Type } from "@sinclair/typebox";
import { OvError } from "../../errors.ts";
import type { DroppedEvent, Events, ServerEvent } from "../../serving/events.ts";
import type { StreamEvent } from "../dialect.ts";
import { orNull } from "../nullable.ts";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

const text = Type.String();
const count = Type.Integer({ minimum: 0 });
const seconds = Type.Number({ minimum: 0 });
const names = Type.Array(text);

const request = {
  id: Type.String({ description: "Its `x-request-id`" }),
  method: text,
  path: text,
  client: Type.String({ description: "Address of who asked" }),
  key: orNull(Type.String({ description: "The name of the API key" })),
};

/** The data of every event, by the event's name. */
export const eventData = {
  "model.loaded": Type.Object({ model: text, seconds, pid: Type.Integer(), device: text, engine: text }),
  "model.load_failed": Type.Object({ model: text }),
  "model.unloaded": Type.Object({ model: text, reason: text }),
  "model.crashed": Type.Object({ model: text }),
  "model.admitted": Type.Object(
    { model: text, seconds },
    { description: "A request got its turn after this wait, the load of the model included" },
  ),
  "model.kv_cache": Type.Object({ model: text, usage: Type.Number({ minimum: 0, maximum: 1 }) }),
  "model.speculation": Type.Object(
    { model: text, drafts: count, draft_tokens: count, accepted_tokens: count },
    { description: "Tokens guessed since the last such event, and those that were right" },
  ),
  "model.grammars": Type.Object(
    { model: text, held: count, bytes: count },
    { description: "Distinct grammars that its process keeps, and their memory" },
  ),
  "request.started": Type.Object({ ...request, model: text }, { description: "Its model is known" }),
  "request.finished": Type.Object({
    ...request,
    status: Type.Integer({ description: "Of HTTP; 499: the client left or cancelled it" }),
    model: orNull(Type.String({ description: "null: it named none" })),
    stream: orNull(Type.Boolean()),
    prompt_tokens: orNull(count),
    cached_tokens: orNull(count),
    new_tokens: orNull(count),
    texts: orNull(
      Type.Integer({
        minimum: 0,
        description: "That were embedded or classified, or documents that were ranked",
      }),
    ),
    audio_seconds: orNull(Type.Number({ minimum: 0, description: "Of the recording that was transcribed" })),
    finish: orNull(Type.String({ description: "Why the answer ended" })),
    code: orNull(Type.String({ description: "Of its error; null: it succeeded" })),
    seconds,
    time_to_first_token: orNull(seconds),
  }),
  "template.warning": Type.Object(
    { model: text, warning: text },
    { description: "About the model's chat template; once for each load" },
  ),
  "schema.widened": Type.Object(
    {
      model: text,
      tool: orNull(Type.String({ description: "null: the schema of a whole answer" })),
      places: Type.Array(Type.Object({ at: text, keyword: text })),
      count,
    },
    { description: "A schema asks for what cannot be enforced; once for each tool" },
  ),
  "schema.missed": Type.Object(
    { model: text, tool: orNull(text), keyword: text },
    { description: "An answer violates such a schema, with this keyword first" },
  ),
  "conversion.queued": Type.Object({ id: text, model: text }, { description: "A pull waits for its turn" }),
  "conversion.started": Type.Object({ id: text, model: text }),
  "conversion.progress": Type.Object(
    { id: text, model: text, step: text, percent: orNull(Type.Number({ minimum: 0 })) },
    { description: "About once a second; the percentage is of this step" },
  ),
  "conversion.finished": Type.Object(
    { id: text, model: text, result: text, name: text, path: text, seconds },
    { description: "The model is registered under that name; result: present, registered or converted" },
  ),
  "conversion.failed": Type.Object(
    { id: text, model: text, code: text, message: text, seconds },
    { description: "code request_cancelled: it was cancelled" },
  ),
  "registry.changed": Type.Object({ added: names, changed: names, removed: names }),
  "registry.problem": Type.Object({ reason: text }, { description: "The models stay as they were" }),
  "events.dropped": Type.Object(
    {},
    { description: "The last one: the client read too slowly. Connect again, and read the state again" },
  ),
} as const satisfies Record<string, TSchema>;

const eventNames = Object.keys(eventData);
const topics = [...new Set(eventNames.map((name) => name.replace(/\..*/, "")))];

const Event = Type.Union(
  Object.entries(eventData).map(([name, data]) =>
    Type.Object({
      event: Type.Literal(name),
      data: Type.String({ contentMediaType: "application/json", contentSchema: data }),
    }),
  ),
);

const Query = Type.Object(
  {
    types: Type.Optional(
      Type.String({
        description: `Only these, separated by commas: ${[...topics, ...eventNames].join(", ")}`,
      }),
    ),
  },
  { additionalProperties: true },
);

/** GET /v1/events: what happens on the server, as it happens. Holds no prompts and no answers. */
export function createEventsRoutes({ events }: { events: Pick<Events, "stream"> }): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/v1/events",
      dialect: openai,
      query: Query,
      handle: ({ query, signal }) => ({
        type: "stream",
        format: "sse",
        endless: true,
        events: toStream(events.stream(signal), parseTypes(query.types)),
      }),
      doc: {
        summary: "Stream events of models, requests, pulls and the registry",
        answer: { "text/event-stream": Event },
      },
    }),
  ];
}

/** Topics or names of events; null: all. */
function parseTypes(asked: string | undefined): ReadonlySet<string> | null {
  if (asked === undefined || asked === "") return null;
  const types = asked.split(",").map((type) => type.trim());
  const known = [...topics, ...eventNames];
  const unknown = types.find((type) => !known.includes(type));
  if (unknown === undefined) return new Set(types);
  const what = `"types" names ${JSON.stringify(unknown)}, which is not an event`;
  throw new OvError("invalid_request", { what, next: `There is ${known.join(", ")}.` }, { param: "types" });
}

async function* toStream(
  events: AsyncIterable<ServerEvent | DroppedEvent>,
  types: ReadonlySet<string> | null,
): AsyncGenerator<StreamEvent> {
  for await (const event of events) {
    const name = `${event.topic}.${event.type}`;
    const isWanted = types === null || types.has(event.topic) || types.has(name);
    if (isWanted || event.topic === "events") yield { event: name, data: toData(event) };
  }
}

function toData(event: ServerEvent | DroppedEvent): object {
  if (event.topic !== "request") {
    const { topic: _topic, type: _type, ...data } = event;
    return data;
  }
  const { id, method, path, client, key = null } = event;
  const common = { id, method, path, client, key };
  if (event.type === "started") return { ...common, model: event.model };
  return {
    ...common,
    status: event.status,
    model: event.model ?? null,
    stream: event.stream ?? null,
    prompt_tokens: event.promptTokens ?? null,
    cached_tokens: event.cachedTokens ?? null,
    new_tokens: event.newTokens ?? null,
    texts: event.texts ?? null,
    audio_seconds: event.audioSeconds ?? null,
    finish: event.finish ?? null,
    code: event.code ?? null,
    seconds: event.seconds,
    time_to_first_token: event.timeToFirstToken ?? null,
  };
}
