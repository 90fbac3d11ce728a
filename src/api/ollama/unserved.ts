import { Type } from "@sinclair/typebox";
import { OvError } from "../../errors.ts";
import type { Catalog } from "../../serving/catalog.ts";
import { nullable } from "../nullable.ts";
import { bodiless, type Route, withJson } from "../route.ts";
import { ollama } from "./errors.ts";
import { toKnownName } from "./names.ts";
import { modelField } from "./request.ts";

/** Bodies that are only read for the model's name. */
const Embed = Type.Object(
  {
    model: modelField,
    input: nullable(Type.Union([Type.String(), Type.Array(Type.String())])),
    prompt: nullable(Type.String()),
  },
  { additionalProperties: true },
);

const nothing = { "application/json": Type.Never() };

/** What of Ollama's API is not served, and answers so: a client that met a 404 would blame the model's name. */
export function createUnservedRoutes({ catalog }: { catalog: Catalog }): Route[] {
  const embed = (path: string) =>
    withJson(Embed, {
      method: "POST",
      path,
      dialect: ollama,
      handle({ body, notes }) {
        const { name } = catalog.resolveServed(toKnownName(catalog, body.model ?? ""), "embed");
        notes.set({ model: name });
        throw new OvError("task_unsupported", "Embeddings are not served yet.", { param: "model" });
      },
      doc: {
        summary: "Embed texts: not served yet",
        answer: nothing,
        errors: ["task_unsupported", "model_not_found", "model_required"],
      },
    });

  const refused = (path: string, what: string, next: string) =>
    bodiless({
      method: "POST",
      path,
      dialect: ollama,
      handle() {
        throw new OvError("invalid_request", { what: `This server does not ${what}`, next });
      },
      doc: { summary: `Not served: ${what}`, answer: nothing, errors: ["invalid_request"] },
    });

  const convert =
    'Pull one with POST /api/pull, or run "ov-llm models add PATH" on the server for files that lie there.';
  return [
    embed("/api/embed"),
    embed("/api/embeddings"),
    refused("/api/create", "create models over its API", convert),
    refused("/api/blobs/:digest", "take files over its API", convert),
    refused("/api/push", "push models to other places", "Copy the model's folder instead."),
  ];
}
