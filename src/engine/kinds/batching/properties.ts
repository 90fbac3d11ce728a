import { OvError } from "../../../errors.ts";
import type { LoadMessage } from "../../../protocol/messages.ts";

type Properties = LoadMessage["properties"];

/**
 * A model's properties as the batching engine takes them. Its attention is paged and cannot be another, so the key
 * that chooses one is left out; throws `model_load_failed` when it asks for the other.
 */
export function toBatchingProperties({ ATTENTION_BACKEND: attention, ...rest }: Properties): Properties {
  if (attention === undefined || attention === "PA") return rest;
  throw new OvError(
    "model_load_failed",
    `The batching engine has no ATTENTION_BACKEND "${attention}", only "PA": the native engine has both. ` +
      "Set engine=native for this model, or remove the property.",
  );
}
