import { type Static, Type } from "@sinclair/typebox";
import type { Catalog } from "../../serving/catalog.ts";
import { Tuning } from "../../tuning.ts";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

export const TuningList = Type.Object({ object: Type.Literal("list"), data: Type.Array(Tuning) });

export interface TuningsRoutesDeps {
  catalog: Pick<Catalog, "list">;
  /** All that are kept, the newest first. */
  readTunings: () => Tuning[];
}

/** GET /v1/tunings: what `ov-llm tune` found last of each model that is still the one that was measured. */
export function createTuningsRoutes({ catalog, readTunings }: TuningsRoutesDeps): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/v1/tunings",
      dialect: openai,
      quiet: true,
      handle() {
        const paths = new Map(catalog.list().map(({ name, entry }) => [name, entry.path]));
        const data = readTunings().filter(({ model, path }) => paths.get(model) === path);
        const body: Static<typeof TuningList> = { object: "list", data };
        return { type: "json", body };
      },
      doc: {
        summary: "List the last result of `ov-llm tune` for each model",
        answer: { "application/json": TuningList },
      },
    }),
  ];
}
