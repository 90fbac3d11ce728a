import { type Static, Type } from "@sinclair/typebox";
import type { Catalog } from "../../../serving/catalog.ts";
import type { ClassifyService } from "../../../serving/classify.ts";
import { toAsker } from "../../answering.ts";
import { promptErrors, type Route, withJson } from "../../route.ts";
import { type Pause, renderRows } from "../../vectors.ts";
import { openai } from "../errors.ts";
import { ClassifyRequest, toClassifyAsk } from "./request.ts";

const count = Type.Integer({ minimum: 0 });
const share = Type.Number({ minimum: 0, maximum: 1 });

/** vLLM's answer, and the names of all labels. */
export const Classification = Type.Object({
  id: Type.String(),
  object: Type.Literal("list"),
  created: count,
  model: Type.String(),
  labels: Type.Array(Type.String(), { description: "In the order of `probs`" }),
  data: Type.Array(
    Type.Object({
      index: count,
      label: Type.String({ description: "The likeliest" }),
      probs: Type.Array(share),
      num_classes: count,
    }),
  ),
  usage: Type.Object({ prompt_tokens: count, total_tokens: count }),
});
type Classification = Static<typeof Classification>;

export interface ClassifyRoutesDeps {
  catalog: Pick<Catalog, "resolveServed">;
  classify: ClassifyService;
  /** Unique, without its prefix. */
  newId: () => string;
  now: () => Date;
  pause: Pause;
}

/** POST /v1/classify and /classify. */
export function createClassifyRoutes({ catalog, classify, newId, now, pause }: ClassifyRoutesDeps): Route[] {
  const route = (path: string) =>
    withJson(ClassifyRequest, {
      method: "POST",
      path,
      dialect: openai,
      async handle({ body, ...request }) {
        const { notes } = request;
        const model = catalog.resolveServed(body.model, "classify");
        notes.set({ model: model.name, stream: false });
        const ask = toClassifyAsk(body);
        const id = `classify-${newId()}`;
        const { labels, probabilities, tokens } = await classify.classify(model, toAsker(request, id), ask);
        notes.set({ promptTokens: tokens, texts: ask.texts.length, finish: "stop" });
        const head: Omit<Classification, "data"> = {
          id,
          object: "list",
          created: Math.floor(now().getTime() / 1000),
          model: model.name,
          labels: [...labels],
          usage: { prompt_tokens: tokens, total_tokens: tokens },
        };
        const rows = await renderRows(
          probabilities,
          (probs, index) => JSON.stringify(toRow(index, labels, probs)),
          (probs) => probs.length,
          pause,
        );
        return {
          type: "raw",
          contentType: "application/json",
          body: `${JSON.stringify(head).slice(0, -1)},"data":[${rows.join(",")}]}`,
        };
      },
      doc: {
        summary: "Classify texts",
        answer: { "application/json": Classification },
        errors: [...promptErrors, "request_cancelled"],
      },
    });
  return [route("/v1/classify"), route("/classify")];
}

function toRow(
  index: number,
  labels: readonly string[],
  probs: readonly number[],
): Classification["data"][number] {
  const label = labels[probs.indexOf(Math.max(...probs))] ?? "";
  return { index, label, probs: [...probs], num_classes: labels.length };
}
