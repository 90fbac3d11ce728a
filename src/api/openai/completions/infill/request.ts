import { type Static, Type } from "@sinclair/typebox";
import type { RawRequest } from "../../../../generate/raw.ts";
import { nullable } from "../../../nullable.ts";
import { unsupported } from "../../../refusal.ts";
import { toLlamaSampling } from "../../../sampling.ts";

/**
 * Body of llama.cpp's POST /infill (tools/server/README.md), with those fields of its POST /completion that mean something
 * here. Keys that are not listed are ignored (`samplers`, `cache_prompt`, `id_slot`, `n_indent`, …), null stands for absent.
 */
export const InfillRequest = Type.Object(
  {
    model: nullable(Type.String({ description: "A name or alias of the registry" })),
    input_prefix: nullable(Type.String({ description: "What stands before the gap" })),
    input_suffix: nullable(Type.String({ description: "What stands behind it" })),
    input_extra: nullable(
      Type.Array(
        Type.Object(
          { text: Type.String(), filename: nullable(Type.String()) },
          { additionalProperties: true },
        ),
        {
          maxItems: 1024,
          description: "Other files; the first ones are left out where the context is too short",
        },
      ),
    ),
    prompt: nullable(Type.String({ description: "Follows `input_prefix`: the line of the cursor up to it" })),
    n_predict: nullable(
      Type.Integer({
        minimum: -1,
        maximum: 2_147_483_647,
        description:
          "-1: up to the server's bound; 0: compute the prompt alone, for the next request to find",
      }),
    ),
    t_max_predict_ms: nullable(
      Type.Number({
        description: "Time limit for a text of more than one line, in milliseconds; 0 or less: none",
      }),
    ),
    stream: nullable(Type.Boolean()),
    stop: nullable(Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 64 })),
    temperature: nullable(Type.Number({ minimum: 0, maximum: 100 })),
    top_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    top_k: nullable(
      Type.Integer({ minimum: -1, maximum: 2_147_483_647, description: "-1 or 0: all tokens" }),
    ),
    min_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    repeat_penalty: nullable(Type.Number({ exclusiveMinimum: 0, maximum: 10 })),
    presence_penalty: nullable(Type.Number({ minimum: -2, maximum: 2 })),
    frequency_penalty: nullable(Type.Number({ minimum: -2, maximum: 2 })),
    seed: nullable(Type.Integer({ minimum: -1, description: "-1: a random one" })),
    ignore_eos: nullable(Type.Boolean()),
    json_schema: nullable(Type.Unknown({ description: "A JSON Schema that the text must fit" })),
    grammar: nullable(Type.String({ description: "GBNF with a rule `root` that the text must fit" })),
    n_probs: nullable(Type.Integer({ description: "Only 0 is served" })),
    response_fields: nullable(
      Type.Array(Type.String(), { description: "Only these, such as `content` or `timings/predicted_n`" }),
    ),
  },
  { additionalProperties: true },
);

export type InfillRequest = Static<typeof InfillRequest>;

/** What an infill request asks for. Throws `invalid_request` or `unsupported_parameter`. */
export function toInfillRequest(body: InfillRequest): RawRequest {
  if ((body.n_probs ?? 0) > 0) {
    throw unsupported(
      "n_probs",
      "is not supported: the engine does not return the likeliest tokens. Leave it out.",
    );
  }
  const { json_schema, grammar } = body;
  return {
    prompts: [
      {
        type: "fim",
        at: "input_suffix",
        prefix: `${body.input_prefix ?? ""}${body.prompt ?? ""}`,
        suffix: body.input_suffix ?? "",
        files: (body.input_extra ?? []).map(({ text, filename }) => ({ name: filename ?? null, text })),
      },
    ],
    choices: 1,
    form: toForm(json_schema, grammar),
    sampling: toLlamaSampling(body),
    stops: (body.stop ?? []).filter((stop) => stop !== ""),
    maxTokens: toMaxTokens(body.n_predict ?? -1),
    ignoreEos: body.ignore_eos ?? false,
    logprobs: null,
    specialTokens: false,
  };
}

/** The engine writes one token at least. */
function toMaxTokens(wanted: number): number | null {
  return wanted < 0 ? null : Math.max(wanted, 1);
}

function toForm(schema: unknown, grammar: string | null | undefined): RawRequest["form"] {
  if (schema !== undefined && schema !== null) {
    return { type: "json_schema", schema, param: "json_schema", at: "json_schema" };
  }
  if (!grammar) return null;
  return { type: "grammar", grammar, param: "grammar", at: "grammar" };
}
