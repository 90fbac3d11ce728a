import { type Static, Type } from "@sinclair/typebox";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

const bytes = (description: string) => Type.Integer({ minimum: 0, description });

const Suggestion = Type.Object({
  pull: Type.String({ description: "What POST /v1/pulls takes" }),
  model: Type.String({ description: "Its original on the hub" }),
  task: Type.String(),
  good_at: Type.String(),
  licence: Type.String(),
  gated: Type.Boolean({ description: "Its terms have to be accepted on the hub first" }),
  tools: Type.Boolean({ description: "It was trained to call tools" }),
  ready_made: Type.Boolean({ description: "It needs no conversion" }),
  download_bytes: bytes("Estimated"),
  memory_bytes: bytes("To serve it, estimated"),
});
export const SuggestionList = Type.Object({ object: Type.Literal("list"), data: Type.Array(Suggestion) });

export interface CatalogRoutesDeps {
  listSuggestions: () => Static<typeof Suggestion>[];
}

/** GET /v1/catalog: known models that fit this machine. */
export function createCatalogRoutes({ listSuggestions }: CatalogRoutesDeps): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/v1/catalog",
      dialect: openai,
      quiet: true,
      handle() {
        const body: Static<typeof SuggestionList> = { object: "list", data: listSuggestions() };
        return { type: "json", body };
      },
      doc: {
        summary: "List known models of the hub that fit this machine",
        answer: { "application/json": SuggestionList },
      },
    }),
  ];
}
