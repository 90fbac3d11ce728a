import type { Catalog, CatalogModel } from "../../serving/catalog.ts";
import { withDeadline } from "../../serving/deadline.ts";
import { createModelView, type ModelViewDeps } from "../../serving/model-view.ts";
import { openai } from "../openai/errors.ts";
import { Model, toModel } from "../openai/models.ts";
import { type Answer, type ApiRequest, bodiless, loadErrors, type Route } from "../route.ts";

type Target = ReturnType<Catalog["toTarget"]>;

export interface ModelActionsDeps extends ModelViewDeps {
  catalog: Catalog;
  pool: ModelViewDeps["pool"] & {
    load(target: Target, signal: AbortSignal, mayEvict: boolean): Promise<void>;
    unload(name: string, signal: AbortSignal): Promise<void>;
  };
  editModels: {
    /** Writes it into the model's registry entry. Throws `model_not_found`. */
    pin(name: string, isPinned: boolean): Promise<void>;
  };
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
}

/** POST /v1/models/{id}/load, /unload, /pin and /unpin: all answer with the model as it is then, and change nothing that is so already. */
export function createModelActions({
  catalog,
  requestSeconds,
  editModels,
  ...deps
}: ModelActionsDeps): Route[] {
  const { pool } = deps;
  const view = createModelView(deps);

  async function act(
    resolve: (asked: string | undefined) => CatalogModel,
    { params, notes, signal }: ApiRequest<undefined>,
    work: (model: CatalogModel, signal: AbortSignal) => Promise<void>,
  ): Promise<Answer> {
    const model = resolve(params.id);
    notes.set({ model: model.name });
    await withDeadline(signal, requestSeconds, (bound) => work(model, bound));
    return { type: "json", body: toModel(await view(resolve(model.name))) };
  }

  const toPinRoute = (verb: "pin" | "unpin", summary: string): Route =>
    bodiless({
      method: "POST",
      path: `/v1/models/:id/${verb}`,
      dialect: openai,
      handle: (request) => act(catalog.resolve, request, ({ name }) => editModels.pin(name, verb === "pin")),
      doc: {
        summary,
        answer: { "application/json": Model },
        errors: [
          "model_not_found",
          "registry_invalid",
          "registry_locked",
          "client_closed_request",
          "generation_timeout",
        ],
      },
    });

  return [
    bodiless({
      method: "POST",
      path: "/v1/models/:id/load",
      dialect: openai,
      handle: (request) =>
        act(catalog.resolveServed, request, (model, signal) =>
          pool.load(catalog.toTarget(model), signal, true),
        ),
      doc: {
        summary: "Load a model and wait until it is ready",
        answer: { "application/json": Model },
        errors: loadErrors,
      },
    }),
    bodiless({
      method: "POST",
      path: "/v1/models/:id/unload",
      dialect: openai,
      handle: (request) => act(catalog.resolve, request, ({ name }, signal) => pool.unload(name, signal)),
      doc: {
        summary: "Unload a model after its running requests",
        answer: { "application/json": Model },
        errors: ["model_not_found", "client_closed_request", "generation_timeout"],
      },
    }),
    toPinRoute(
      "pin",
      "Pin a model: it stays loaded, and is loaded at each start (`pinned` in its registry entry)",
    ),
    toPinRoute(
      "unpin",
      "Unpin a model: it may be unloaded when it is idle or another model needs its memory",
    ),
  ];
}
