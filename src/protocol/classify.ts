import { type Static, Type } from "@sinclair/typebox";
import { requestId } from "./request.ts";

const count = Type.Integer({ minimum: 0 });

/** Asks how likely each label of the model (`labels` of `ready`) is for each text. */
export const ClassifyMessage = Type.Object({
  type: Type.Literal("classify"),
  id: requestId,
  inputs: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
  /** See `embed`. */
  max_tokens: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
});
export type ClassifyMessage = Static<typeof ClassifyMessage>;

export const Classes = Type.Object({
  /** The index of its input. */
  input: count,
  /** One for each label, in the labels' order. They sum to 1, unless labels are independent of each other. */
  probabilities: Type.Array(Type.Number({ minimum: 0, maximum: 1 })),
  /** How many tokens of the input were computed. */
  tokens: count,
});
export type Classes = Static<typeof Classes>;

/** The results of some of a request's texts, in any order. All have come when the request is finished. */
export const ClassesMessage = Type.Object({
  type: Type.Literal("classes"),
  id: requestId,
  classes: Type.Array(Classes),
});

export type ClassifyRequest = Omit<ClassifyMessage, "type" | "id">;

export type ClassifyEvent = { type: "classes"; classes: Classes[] } | { type: "finished"; reason: "stop" };
