import { type Static, Type } from "@sinclair/typebox";
import { OvError } from "../../errors.ts";
import type { Catalog } from "../../serving/catalog.ts";
import type { StreamEvent } from "../dialect.ts";
import { nullable } from "../nullable.ts";
import { type Route, withJson } from "../route.ts";
import { ollama } from "./errors.ts";
import { Named, toAsked } from "./models.ts";
import { findNamed, toKnownName } from "./names.ts";

/** What Ollama's API may change of the registry. */
export interface EditModels {
  /** Takes the entry out; the model's files stay. */
  remove(name: string): Promise<void>;
  /** Names are those of the registry, never an alias. */
  addAlias(name: string, alias: string): Promise<void>;
  removeAlias(name: string, alias: string): Promise<void>;
}

export interface ManageRoutesDeps {
  catalog: Catalog;
  editModels: EditModels;
}

const Copy = Type.Object(
  { source: Type.String(), destination: Type.String() },
  { additionalProperties: true },
);
const Nothing = Type.Literal("", { description: "Done" });
const Status = Type.Object({ status: Type.Literal("success") });
const Pull = Type.Object(
  { ...Named.properties, stream: nullable(Type.Boolean({ description: "Default: true" })) },
  { additionalProperties: true },
);
const done = { type: "raw", contentType: "text/plain; charset=utf-8", body: "" } as const;

const edits = ["model_not_found", "registry_invalid", "registry_locked"] as const;

/** DELETE /api/delete, POST /api/copy and /api/pull */
export function createManageRoutes({ catalog, editModels: edit }: ManageRoutesDeps): Route[] {
  return [
    withJson(Named, {
      method: "DELETE",
      path: "/api/delete",
      dialect: ollama,
      async handle({ body, notes }) {
        const asked = toKnownName(catalog, toAsked(body));
        if (asked === "") throw noModel();
        const { name, entry } = catalog.resolve(asked);
        notes.set({ model: name });
        if (Object.hasOwn(entry.presets ?? {}, asked)) throw keptPreset(name, asked);
        await (name === asked ? edit.remove(name) : edit.removeAlias(name, asked));
        return done;
      },
      doc: {
        summary: "Take a model out of the registry, or one of its aliases; its files stay",
        answer: { "text/plain": Nothing },
        errors: [...edits, "model_required"],
      },
    }),
    withJson(Copy, {
      method: "POST",
      path: "/api/copy",
      dialect: ollama,
      async handle({ body: { source, destination }, notes }) {
        const { name } = catalog.resolve(toKnownName(catalog, source));
        notes.set({ model: name });
        await edit.addAlias(name, destination.replace(/:latest$/, ""));
        return done;
      },
      doc: { summary: "Give a model an alias", answer: { "text/plain": Nothing }, errors: edits },
    }),
    withJson(Pull, {
      method: "POST",
      path: "/api/pull",
      dialect: ollama,
      handle({ body, notes }) {
        const asked = toAsked(body);
        if (asked === "") throw noModel();
        const known = findNamed(catalog, toKnownName(catalog, asked));
        if (!known) throw notPulled(asked);
        notes.set({ model: known.name });
        const status: Static<typeof Status> = { status: "success" };
        if (body.stream === false) return { type: "json", body: status };
        return { type: "stream", format: "ndjson", events: sendOne(status) };
      },
      doc: {
        summary: "Succeed for a registered model; others are fetched with `ov-llm convert`",
        answer: { "application/json": Status, "application/x-ndjson": Status },
        errors: ["model_required"],
      },
    }),
  ];
}

async function* sendOne(data: object): AsyncGenerator<StreamEvent> {
  yield { data };
}

function noModel(): OvError {
  return new OvError("model_required", 'The request names no model: send "model".', { param: "model" });
}

function keptPreset(name: string, preset: string): OvError {
  return new OvError(
    "invalid_request",
    {
      what: `Cannot delete ${JSON.stringify(preset)}`,
      why: `it is a preset of ${JSON.stringify(name)}`,
      next: `Run "ov-llm models set ${name} presets.${preset}=" on the server.`,
    },
    { param: "model" },
  );
}

/** A name of a hub has two parts, and may have a host before them and a tag behind. */
function notPulled(asked: string): OvError {
  const [model = "MODEL", owner = "OWNER"] = asked
    .replace(/:[^/]*$/, "")
    .split("/")
    .reverse();
  const repository = asked.includes("/") ? `${owner}/${model}` : "OWNER/MODEL";
  return new OvError(
    "invalid_request",
    {
      what: `Cannot pull ${JSON.stringify(asked)}`,
      why: "the server has no such model, and fetches none itself",
      next: `Run "ov-llm convert ${repository}" on the server, which downloads, converts and registers it.`,
    },
    { param: "model" },
  );
}
