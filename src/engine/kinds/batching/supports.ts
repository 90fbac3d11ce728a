import type { Operation } from "../../../models/tasks.ts";
import type { LoadMessage } from "../../../protocol/load.ts";
import { type Refusal, refuseTask, type Wanted } from "../support.ts";

type Properties = LoadMessage["properties"];

/**
 * What the batching engine can run: continuous batching needs paged attention, which the NPU does not have (OpenVINO GenAI
 * documentation, "Continuous batching").
 */
export function batchingSupports(model: Wanted, operation: Operation): Refusal | null {
  return refuseTask(model, operation) ?? refuseDevice(model) ?? refuseAttention(model);
}

function refuseDevice({ device }: Wanted): Refusal | null {
  if (!device.startsWith("NPU")) return null;
  return {
    code: "model_load_failed",
    why: `the batching engine does not run on "${device}"`,
    next: "Set engine=native for this model, or use the device CPU or GPU.",
  };
}

function refuseAttention({ properties: { ATTENTION_BACKEND: attention = "PA" } }: Wanted): Refusal | null {
  if (attention === "PA") return null;
  return {
    code: "model_load_failed",
    why: `the batching engine has no ATTENTION_BACKEND "${attention}", only "PA"`,
    next: "Set engine=native for this model, or remove the property.",
  };
}

/** A model's properties as the batching engine takes them: it does not know the key that chooses an attention. */
export function toBatchingProperties({ ATTENTION_BACKEND: _attention, ...rest }: Properties): Properties {
  return rest;
}
