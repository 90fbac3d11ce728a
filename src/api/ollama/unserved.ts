import { Type } from "@sinclair/typebox";
import { OvError } from "../../errors.ts";
import { bodiless, type Route } from "../route.ts";
import { ollama } from "./errors.ts";

const nothing = { "application/json": Type.Never() };

/** What of Ollama's API is not served, and answers so: a client that met a 404 would blame the model's name. */
export function createUnservedRoutes(): Route[] {
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
    refused("/api/create", "create models over its API", convert),
    refused("/api/blobs/:digest", "take files over its API", convert),
    refused("/api/push", "push models to other places", "Copy the model's folder instead."),
  ];
}
