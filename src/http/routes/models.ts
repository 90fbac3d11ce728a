import { Elysia, t } from "elysia";
import { Model, ModelList } from "../../api/openai/responses.ts";
import type { Catalog } from "../../serving/catalog.ts";
import { createDeadline } from "../../serving/deadline.ts";
import { createModelView, type ModelViewDeps } from "../../serving/model-view.ts";
import { documented, loadErrors } from "../openapi.ts";
import { recordOf } from "../record.ts";

export interface ModelsDeps extends ModelViewDeps {
  catalog: Catalog;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
}

const params = t.Object({ id: t.String() });

/** GET /v1/models and /v1/models/{id}; POST /v1/models/{id}/load and /unload, which take no body. */
export function models(deps: ModelsDeps) {
  const { catalog, pool } = deps;
  const toModel = createModelView(deps);

  /** Does something with the named model that takes a while, then shows it. */
  async function change(
    asked: string,
    request: Request,
    work: (model: ReturnType<Catalog["resolve"]>, signal: AbortSignal) => Promise<void>,
  ): Promise<Model> {
    const model = catalog.resolve(asked);
    recordOf(request).model = model.name;
    const deadline = createDeadline(request.signal, deps.requestSeconds);
    try {
      await work(model, deadline.signal);
    } finally {
      deadline.clear();
    }
    return await toModel(model);
  }

  return new Elysia({ name: "models" })
    .get(
      "/v1/models",
      async (): Promise<ModelList> => ({
        object: "list",
        data: await Promise.all(catalog.list().map(toModel)),
      }),
      {
        detail: documented({
          summary: "List the registered models",
          answer: { "application/json": ModelList },
        }),
      },
    )
    .get("/v1/models/:id", ({ params }) => toModel(catalog.resolve(params.id)), {
      params,
      detail: documented({
        summary: "Show one model",
        answer: { "application/json": Model },
        errors: ["invalid_request", "model_not_found"],
      }),
    })
    .post(
      "/v1/models/:id/load",
      ({ params, request }) =>
        change(params.id, request, ({ name }, signal) =>
          pool.load(catalog.toTarget(catalog.resolveServed(name)), signal, true),
        ),
      {
        params,
        detail: documented({
          summary: "Load a model, wait until it is ready",
          answer: { "application/json": Model },
          errors: ["invalid_request", ...loadErrors],
        }),
      },
    )
    .post(
      "/v1/models/:id/unload",
      ({ params, request }) => change(params.id, request, ({ name }, signal) => pool.unload(name, signal)),
      {
        params,
        detail: documented({
          summary: "Unload a model, after its running requests",
          answer: { "application/json": Model },
          errors: ["invalid_request", "model_not_found", "client_closed_request", "generation_timeout"],
        }),
      },
    );
}
