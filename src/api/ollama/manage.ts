import { Type } from "@sinclair/typebox";
import { OvError } from "../../errors.ts";
import type { Catalog } from "../../serving/catalog.ts";
import { type Route, withJson } from "../route.ts";
import { ollama } from "./errors.ts";
import { Named, toAsked } from "./models.ts";
import { toKnownName, toUntagged } from "./names.ts";

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
const done = { type: "raw", contentType: "text/plain; charset=utf-8", body: "" } as const;

const edits = ["model_not_found", "registry_invalid", "registry_locked"] as const;

/** DELETE /api/delete and POST /api/copy */
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
        summary: "Remove a model or an alias from the registry; files stay",
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
        await edit.addAlias(name, toUntagged(destination));
        return done;
      },
      doc: { summary: "Give a model an alias", answer: { "text/plain": Nothing }, errors: edits },
    }),
  ];
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
