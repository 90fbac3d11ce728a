import { type Static, Type } from "@sinclair/typebox";
import type { AnswerForm, TextRequest } from "../../generate/request.ts";
import { nullable } from "../nullable.ts";
import { malformed, quote, unsupported } from "../refusal.ts";
import { toLlamaSampling, toStops } from "../sampling.ts";

const safe = Number.MAX_SAFE_INTEGER;

/** The `options` that change an answer here; all others of Ollama, such as `num_ctx` and `mirostat`, are ignored. */
export const Options = Type.Object(
  {
    temperature: nullable(Type.Number({ minimum: 0 })),
    top_k: nullable(
      Type.Integer({ minimum: -1, maximum: 2_147_483_647, description: "0 or less: all tokens" }),
    ),
    top_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    min_p: nullable(Type.Number({ minimum: 0, maximum: 1 })),
    seed: nullable(Type.Integer({ description: "Below 0: a random one" })),
    num_predict: nullable(
      Type.Integer({
        minimum: -safe,
        maximum: safe,
        description: "0 or less: as many as the context allows",
      }),
    ),
    stop: nullable(Type.Union([Type.String(), Type.Array(Type.String())])),
    repeat_penalty: nullable(Type.Number({ minimum: 0, maximum: 10 })),
    presence_penalty: nullable(Type.Number({ minimum: -2, maximum: 2 })),
    frequency_penalty: nullable(Type.Number({ minimum: -2, maximum: 2 })),
    num_ctx: nullable(
      Type.Number({ description: "Ignored: a model has the context that it was loaded with" }),
    ),
  },
  { additionalProperties: true },
);

/** The fields that /api/chat and /api/generate share, apart from the model and the text. */
export const answerFields = {
  stream: nullable(Type.Boolean({ description: "Default: true" })),
  format: nullable(
    Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
      description: '`"json"` for any JSON object, or a JSON Schema',
    }),
  ),
  think: nullable(
    Type.Union([Type.Boolean(), ...["low", "medium", "high", "max"].map((level) => Type.Literal(level))], {
      description: "For templates that know it; by default the model decides",
    }),
  ),
  options: nullable(Options),
  logprobs: nullable(Type.Boolean()),
  top_logprobs: nullable(Type.Integer({ minimum: 0, maximum: 20, description: "Only 0 is served" })),
};

const AnswerFields = Type.Object(answerFields);
export type AnswerFields = Static<typeof AnswerFields>;

type AnswerWishes = Omit<TextRequest, "conversation" | "tools" | "toolChoice" | "continueLast">;

/** How the answer shall be made, whatever it answers. Throws `invalid_request` or `unsupported_parameter`. */
export function toWishes({ format, think, options, logprobs, top_logprobs }: AnswerFields): AnswerWishes {
  if (logprobs && (top_logprobs ?? 0) > 0) {
    const why = "is not supported: the engine returns the chosen token only. Leave it out.";
    throw unsupported("top_logprobs", why);
  }
  const { stop, num_predict = null } = options ?? {};
  return {
    form: toForm(format),
    sampling: toLlamaSampling(options ?? {}),
    stops: toStops(stop).filter((text) => text !== ""),
    // A bound above the context is lowered to what fits.
    maxTokens: num_predict !== null && num_predict <= 0 ? safe : num_predict,
    ignoreEos: false,
    choices: 1,
    logprobs: logprobs ? { at: "logprobs" } : null,
    reasoningEffort: toEffort(think),
    thinkingBudget: null,
    templateVariables: {},
  };
}

/** As Ollama has it: plain thinking is of medium effort, and templates know nothing above `high`. */
function toEffort(think: AnswerFields["think"]): string | null {
  if (think === undefined || think === null) return null;
  if (typeof think === "boolean") return think ? "medium" : "none";
  return think === "max" ? "high" : think;
}

function toForm(format: AnswerFields["format"]): AnswerForm | null {
  const place = { param: "format", at: "format" };
  if (format === undefined || format === null || format === "") return null;
  if (format === "json") return { type: "json_object", ...place };
  if (typeof format !== "string") return { type: "json_schema", schema: format, ...place };
  throw malformed("format", `must be "json" or a JSON Schema, but is ${quote(format)}.`);
}
