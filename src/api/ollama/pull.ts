import { type Static, Type } from "@sinclair/typebox";
import { OvError } from "../../errors.ts";
import type { Catalog } from "../../serving/catalog.ts";
import type { Pull } from "../../serving/pull.ts";
import type { Pulls } from "../../serving/pulls.ts";
import type { StreamEvent } from "../dialect.ts";
import { nullable } from "../nullable.ts";
import { type Route, withJson } from "../route.ts";
import { ErrorBody, ollama } from "./errors.ts";
import type { EditModels } from "./manage.ts";
import { Named, toAsked } from "./models.ts";
import { findNamed, toKnownName, toUntagged } from "./names.ts";

/** docs/openapi.yaml of Ollama, "PullRequest" and "StatusEvent". */
const PullRequest = Type.Object(
  { ...Named.properties, stream: nullable(Type.Boolean({ description: "Default: true" })) },
  { additionalProperties: true },
);
const Success = Type.Object({ status: Type.Literal("success") });
const Status = Type.Object({
  status: Type.String({ description: "The last one is `success`" }),
  digest: Type.Optional(Type.String()),
  total: Type.Optional(Type.Integer({ description: "Bytes of that file" })),
  completed: Type.Optional(Type.Integer({ description: "Those that are there" })),
});
type Status = Static<typeof Status>;

const success: Static<typeof Success> = { status: "success" };

export interface PullRouteDeps {
  catalog: Catalog;
  pulls: Pick<Pulls, "follow">;
  editModels: Pick<EditModels, "addAlias">;
}

/** POST /api/pull. A client that leaves cancels it, unless others follow; the next one continues. */
export function createPullRoute({ catalog, pulls, editModels }: PullRouteDeps): Route {
  /** Ollama's clients continue with the name that they pulled. */
  async function addAsked(name: string, asked: string): Promise<void> {
    const alias = toUntagged(asked);
    if (alias.includes("://") || findNamed(catalog, alias)) return;
    try {
      await editModels.addAlias(name, alias);
    } catch (error) {
      // It is registered anyway.
      if (!(error instanceof OvError)) throw error;
    }
  }

  /** Throws what the pull ends with. */
  async function* follow(asked: string, signal: AbortSignal): AsyncGenerator<StreamEvent> {
    let last = "";
    for await (const pull of pulls.follow(asked, signal)) {
      if (pull.error !== null) throw pull.error;
      if (pull.result !== null) await addAsked(pull.result.name, asked);
      const status = toStatus(pull);
      const text = JSON.stringify(status);
      if (text !== last) yield { data: status };
      last = text;
    }
  }

  return withJson(PullRequest, {
    method: "POST",
    path: "/api/pull",
    dialect: ollama,
    async handle({ body, notes, signal }) {
      const asked = toAsked(body);
      if (asked === "") {
        throw new OvError("model_required", 'The request names no model: send "model".', { param: "model" });
      }
      const known = findNamed(catalog, toKnownName(catalog, asked));
      if (known) notes.set({ model: known.name });
      const lines = known ? sendOne(success) : follow(asked, signal);
      if (body.stream !== false) return { type: "stream", format: "ndjson", events: lines };
      // Its lines are the way to its end.
      for await (const _line of lines);
      return { type: "json", body: success };
    },
    doc: {
      summary: "Fetch a model from the hub, convert it if necessary, and register it",
      answer: {
        "application/json": Success,
        "application/x-ndjson": Type.Union([Status, ErrorBody]),
      },
      errors: [
        "model_required",
        "forbidden",
        "download_failed",
        "task_unsupported",
        "conversion_failed",
        "conversion_busy",
        "setup_failed",
        "engine_unavailable",
        "registry_invalid",
        "registry_locked",
        "request_cancelled",
        "client_closed_request",
        "shutting_down",
      ],
    },
  });
}

async function* sendOne(data: object): AsyncGenerator<StreamEvent> {
  yield { data };
}

function toStatus({ state, step }: Pull): Status {
  if (state === "done") return success;
  if (state === "queued") return { status: "waiting for another pull" };
  switch (step?.type) {
    case undefined:
      return { status: "pulling manifest" };
    case "fetching": {
      const { path, digest, done, bytes } = step.file;
      const kind = digest?.length === 64 ? "sha256" : "sha1";
      return {
        status: `pulling ${digest?.slice(0, 12) ?? path}`,
        ...(digest !== null && { digest: `${kind}:${digest}` }),
        total: bytes,
        completed: done,
      };
    }
    case "installing":
      return { status: `installing the converter: ${step.line}` };
    case "converting":
      return { status: step.percent === null ? step.stage : `${step.stage} ${step.percent}%` };
    case "checking":
      return { status: "testing it in the engine" };
  }
}
